import type { ImportedEvent } from '../import/parse-line.ts';
import type { Clock } from '../util/clock.ts';
import type { Range } from './arguments.ts';
import type { Cast } from './cast.ts';
import type { EventBatches } from './log-events.ts';
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
export async function play(batches: EventBatches, parts: Play): Promise<PlayEnd> {
  const { cast, signal, range } = parts;
  for await (const batch of batches) {
    for (const event of batch) {
      if (isOver(parts)) break;
      if (event.timestamp >= range.from && event.timestamp < range.to) await playOne(event, parts);
    }
    if (isOver(parts) || (batch[0]?.timestamp ?? 0) >= range.to + DISORDER_MS) break;
  }
  if (!cast.isServerGone) await cast.settle(SETTLE_MS);
  if (signal.aborted) return 'stopped';
  return cast.isServerGone ? 'server_gone' : 'complete';
}

function isOver({ messages, tally, cast, signal }: Play): boolean {
  return signal.aborted || cast.isServerGone || tally.messages >= (messages ?? Number.POSITIVE_INFINITY);
}

async function playOne(event: ImportedEvent, { pace, cast, tally, clock, signal }: Play): Promise<void> {
  const delayMs = pace.delay(event.timestamp, clock.monotonic());
  if (delayMs >= LEAST_PAUSE_MS) await pause(delayMs, clock, signal);
  if (signal.aborted) return;
  tally.event(event.timestamp, clock.monotonic());
  await cast.perform(event);
}

/** Ends early when `signal` says so. */
function pause(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
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
