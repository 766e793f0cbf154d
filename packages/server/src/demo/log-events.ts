import { Readable } from 'node:stream';
import { type Line, LineSplitter } from '../import/line-splitter.ts';
import { type ImportedEvent, parseLine } from '../import/parse-line.ts';
import type { Refusals } from '../import/refusals.ts';
import { openSource } from '../import/source.ts';
import { SourceFailed } from '../import/source-failed.ts';
import type { Clock } from '../util/clock.ts';

/** Lines read before other work gets its turn. */
const LINES_PER_TURN = 2000;

/**
 * The events of log files, one file after the other, in the order of their lines. Lines that are none go to `refusals`. Rejects with
 * SourceFailed when a file cannot be read.
 */
export async function* readEvents(paths: readonly string[], refusals: Refusals, clock: Clock): AsyncGenerator<ImportedEvent> {
  for (const path of paths) yield* readFile(path, refusals, clock);
}

async function* readFile(path: string, refusals: Refusals, clock: Clock): AsyncGenerator<ImportedEvent> {
  try {
    yield* readLines(path, refusals, clock);
  } catch (error) {
    if (!(error instanceof SourceFailed) || error.message.includes(path)) throw error;
    throw new SourceFailed(`${path}: ${error.message}`);
  }
}

async function* readLines(path: string, refusals: Refusals, clock: Clock): AsyncGenerator<ImportedEvent> {
  const source = await openSource(path, Readable.from([]));
  // Ids are not played: every playing is a conversation of its own.
  const context = { now: () => clock.now(), rank: () => 0 };
  let lines = 0;
  for await (const line of linesOf(source.chunks)) {
    const event = eventOf(line, context, refusals);
    if (event !== undefined) yield event;
    if (++lines % LINES_PER_TURN === 0) await new Promise<void>((resolve) => clock.endOfTurn(resolve));
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

function eventOf(line: Line, context: Parameters<typeof parseLine>[1], refusals: Refusals): ImportedEvent | undefined {
  if (line.kind === 'refused') return void refusals.add(line.number, line.reason, '');
  const parsed = parseLine(line.text, context);
  if (parsed.kind === 'event') return parsed.event;
  return void refusals.add(line.number, parsed.reason, parsed.detail);
}
