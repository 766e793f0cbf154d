import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { type Config, describeProblems, readCallFolder, readConfig, readEnvironment } from '../config.ts';
import type { ImportedEvent } from '../import/parse-line.ts';
import { REFUSAL_REASONS, Refusals } from '../import/refusals.ts';
import { SourceFailed } from '../import/source-failed.ts';
import { systemClock as clock } from '../util/clock.ts';
import { type DemoArguments, parseDemoArguments, type Range, resolveFiles, USAGE } from './arguments.ts';
import { findBusiestHour } from './busiest-hour.ts';
import { Cast } from './cast.ts';
import { type EventBatches, readEvents } from './log-events.ts';
import { Pace } from './pace.ts';
import { type PlayEnd, play } from './player.ts';
import { sampleConversation } from './sample-conversation.ts';
import { existingStage, look, type Stage, type StageOutcome, startStage } from './stage.ts';
import { summarize, Tally } from './tally.ts';
import { showTally } from './tally-view.ts';

/** Real logs lie beside the checkout, not in it. */
const LOG_BESIDE = resolve(import.meta.dirname, '../../../../../shared/data/ubuntu-irc.jsonl.gz');
/** Of that log; looking for it takes a second. */
const BUSIEST_BESIDE = { from: Date.UTC(2008, 3, 27, 6), to: Date.UTC(2008, 3, 27, 7) };
const EXAMPLES_SHOWN = 5;
const SAME_SIGNAL_MS = 300;

const stop = new AbortController();
let stoppedAt: number | undefined;
let stage: Stage | undefined;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
process.exitCode = await main(process.argv.slice(2));
process.exit();

/** The first one ends it cleanly, a second one at once. */
function onSignal(): void {
  const now = clock.monotonic();
  stoppedAt ??= now;
  // A terminal signals its whole group, and npm then passes the signal on: that is the same Ctrl-C once more.
  if (stop.signal.aborted && now - stoppedAt > SAME_SIGNAL_MS) process.exit(130);
  stop.abort();
}

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseDemoArguments(argv);
  if (parsed.kind === 'help') return say(USAGE, 0);
  if (parsed.kind === 'wrong') return complain(`${parsed.message}\n\n${USAGE}`, 2);
  const read = readConfig();
  if (read.kind === 'wrong') return complain(`${describeProblems(read.problems)}\n`, 2);
  // Timers of the clock do not keep a process alive.
  const { port1: awake } = new MessageChannel();
  awake.on('message', () => undefined);
  try {
    return await run(parsed.arguments, read.config);
  } catch (error) {
    if (error instanceof SourceFailed) return complain(`${error.message}\n`, 1);
    throw error;
  } finally {
    await stage?.close();
    awake.close();
  }
}

async function run(given: DemoArguments, config: Config): Promise<number> {
  const log = openLog(given, new Refusals());
  process.stderr.write(`Log: ${log.name}\n`);
  const range = given.range ?? log.busiest ?? (await findBusiestHour(log.events(), stop.signal));
  if (stop.signal.aborted) return 0;
  if (range === undefined) return complain(`There is no message in it.\n${describeRefusals(log.refusals)}`, 1);
  const found = await findStage(given, config);
  if (found.kind === 'failed') return complain(`${found.message}\n`, stop.signal.aborted ? 0 : 1);
  stage = found.stage;
  const { url, isOurs } = stage;
  say(`${isOurs ? 'Started a server in a temporary folder' : 'Playing into the server that runs'}. Open ${url}\n`, 0);
  // The scan before has counted them already, if there was one.
  const again = openLog(given, new Refusals());
  const { end, tally } = await playInto(stage, again, { ...given, range });
  process.stderr.write(describeRefusals(again.refusals));
  if (end === 'server_gone') return complain(`The server at ${url} takes no connections any more.\n`, 1);
  if (end === 'complete' && tally.messages === 0) return complain('No message lies in that time.\n', 1);
  if (end === 'complete' && isOurs && (given.isStaying ?? process.stdout.isTTY === true)) await stay(stage);
  return 0;
}

interface Log {
  readonly name: string;
  readonly refusals: Refusals;
  /** Undefined: nobody has looked. */
  readonly busiest: Range | undefined;
  events(): EventBatches;
}

function openLog({ files }: Pick<DemoArguments, 'files'>, refusals: Refusals): Log {
  const given = resolveFiles(readCallFolder(), files);
  const paths = given.length === 0 && existsSync(LOG_BESIDE) ? [LOG_BESIDE] : given;
  if (paths.length === 0) return { name: 'a made-up conversation', refusals, busiest: undefined, events: madeUp };
  const busiest = given.length === 0 ? BUSIEST_BESIDE : undefined;
  return { name: paths.join(', '), refusals, busiest, events: () => readEvents(paths, refusals, clock) };
}

async function* madeUp(): AsyncGenerator<readonly ImportedEvent[]> {
  yield [...sampleConversation()];
}

async function findStage({ url, isStart }: DemoArguments, { port }: Config): Promise<StageOutcome> {
  const start = (at: number) => startStage(at, readEnvironment(), clock, stop.signal);
  if (url === undefined && port === 0) return start(0);
  const address = url ?? `http://localhost:${port}`;
  const found = await look(address, clock);
  if (isStart) return start(found === 'nothing' ? port : 0);
  if (found === 'hubbub') return { kind: 'ready', stage: existingStage(address) };
  if (url !== undefined) {
    const what = found === 'nothing' ? 'Nothing answers' : 'No Hubbub answers';
    return { kind: 'failed', message: `${what} at ${url}. Start one with npm start, or leave --url out.` };
  }
  if (found === 'nothing') return start(port);
  return { kind: 'failed', message: `Something else answers at ${address}. Set PORT, or use --start for a free one.` };
}

async function playInto(on: Stage, log: Log, given: DemoArguments & { readonly range: Range }) {
  const { maxUsers, room, speed, maxGapSeconds, range, messages } = given;
  const tally = new Tally();
  const { signal } = stop;
  const cast = new Cast({ url: on.url.replace(/^http/, 'ws').concat('/ws'), maxUsers, room, clock, tally, signal });
  const hide = showTally(tally, process.stderr, clock);
  let end: PlayEnd;
  try {
    end = await play(log.events(), { range, messages, pace: new Pace(speed, 1000 * maxGapSeconds), cast, tally, clock, signal });
    await cast.leave();
  } finally {
    hide();
  }
  say(summarize(tally, clock.monotonic()), 0);
  return { end, tally };
}

async function stay({ url, gone }: Stage): Promise<void> {
  say(`The server goes on at ${url} until Ctrl-C.\n`, 0);
  await Promise.race([gone, new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))]);
}

function describeRefusals(refusals: Refusals): string {
  return refusals
    .groups()
    .flatMap(({ reason, count, examples }) => [
      `${count} lines left out, ${reason}: ${REFUSAL_REASONS[reason]}`,
      ...examples.slice(0, EXAMPLES_SHOWN).map(({ line, detail }) => `  line ${line}${detail === '' ? '' : `: ${detail}`}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}
