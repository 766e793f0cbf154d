import type { ImportedEvent } from '../import/parse-line.ts';
import type { Clock } from '../util/clock.ts';
import type { Range } from './arguments.ts';
import type { Cast } from './cast.ts';
import type { Pace } from './pace.ts';
import type { Tally } from './tally.ts';

/** For the last answers. */
const SETTLE_MS = 10_000;
/** Below it a timer would only add to the delay. */
const LEAST_PAUSE_MS = 1;

/** Logs are sorted, but not always to the minute: what lies so far behind the range ends the reading. */
const DISORDER_MS = 86_400_000;

export interface Play {
  readonly range: Range;
  /** Undefined: what there is. */
  readonly messages: number | undefined;
  readonly pace: Pace;
  readonly cast: Cast;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export type PlayEnd = 'complete' | 'stopped' | 'server_gone';

/** Plays what lies in the range. Rejects when the log cannot be read. */
export async function play(events: AsyncIterable<ImportedEvent>, { range, messages, ...parts }: Play): Promise<PlayEnd> {
  const { cast, tally, signal } = parts;
  for await (const event of events) {
    if (tally.messages >= (messages ?? Number.POSITIVE_INFINITY)) break;
    if (event.timestamp >= range.to + DISORDER_MS) break;
    if (event.timestamp < range.from || event.timestamp >= range.to) continue;
    await awaitTurn(event.timestamp, parts);
    if (signal.aborted) return 'stopped';
    if (cast.isServerGone) return 'server_gone';
    tally.event(event.timestamp);
    await cast.perform(event);
  }
  await cast.settle(SETTLE_MS);
  if (signal.aborted) return 'stopped';
  return cast.isServerGone ? 'server_gone' : 'complete';
}

async function awaitTurn(eventAt: number, { pace, clock, signal }: Pick<Play, 'pace' | 'clock' | 'signal'>): Promise<void> {
  const delayMs = pace.delay(eventAt, clock.monotonic());
  if (delayMs >= LEAST_PAUSE_MS) await pause(delayMs, clock, signal);
}

/** Ends early when `signal` says so. */
export function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
