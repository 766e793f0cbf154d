import { Readable } from 'node:stream';
import { type Line, LineSplitter } from '../import/line-splitter.ts';
import { type ImportedEvent, parseLine } from '../import/parse-line.ts';
import type { Refusals } from '../import/refusals.ts';
import { openSource } from '../import/source.ts';
import { SourceFailed } from '../import/source-failed.ts';
import type { Clock } from '../util/clock.ts';

/** Pieces of a log, as they are read: awaiting each single event would take most of the time. */
export type EventBatches = AsyncIterable<readonly ImportedEvent[]>;

/**
 * The events of log files, one file after the other, in the order of their lines. Lines that are none go to `refusals`. Rejects with
 * SourceFailed when a file cannot be read.
 */
export async function* readEvents(
  paths: readonly string[],
  refusals: Refusals,
  clock: Clock,
): AsyncGenerator<readonly ImportedEvent[], void, undefined> {
  for (const path of paths) {
    try {
      yield* readFile(path, refusals, clock);
    } catch (error) {
      if (!(error instanceof SourceFailed) || error.message.includes(path)) throw error;
      throw new SourceFailed(`${path}: ${error.message}`);
    }
  }
}

async function* readFile(path: string, refusals: Refusals, clock: Clock): AsyncGenerator<readonly ImportedEvent[], void, undefined> {
  const source = await openSource(path, Readable.from([]));
  // Ids are not played: every playing is a conversation of its own.
  const context = { now: () => clock.now(), rank: () => 0 };
  const splitter = new LineSplitter();
  const take = (lines: Iterable<Line>) => [...lines].flatMap((line) => eventOf(line, context, refusals) ?? []);
  for await (const chunk of source.chunks) {
    yield take(splitter.push(chunk));
    // Signals and sockets get their turn.
    await new Promise<void>((resolve) => clock.endOfTurn(resolve));
  }
  yield take(splitter.end());
}

function eventOf(line: Line, context: Parameters<typeof parseLine>[1], refusals: Refusals): ImportedEvent | undefined {
  if (line.kind === 'refused') return void refusals.add(line.number, line.reason, '');
  const parsed = parseLine(line.text, context);
  if (parsed.kind === 'event') return parsed.event;
  return void refusals.add(line.number, parsed.reason, parsed.detail);
}
