import { MessageChannel } from 'node:worker_threads';
import type { Clock } from '../util/clock.ts';
import type { Logger } from './logger.ts';

export interface DrainStep {
  readonly name: string;
  /** `deadline`: `clock.monotonic()` at which all steps must be done. */
  run(deadline: number): Promise<void>;
}

export interface DrainOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For all steps together; 30 s by contract. */
  readonly limitMs?: number;
  /** Accepted messages that are not in the store; asked at the end. */
  unstored(): number;
}

export const DRAIN_LIMIT_MS = 30_000;

type StepOutcome = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'late' };

/**
 * Stops in order, one step after the other. A step that fails does not keep the next ones from running; when the time is up
 * the rest is left. Resolves to the exit code: 0, or 1 when something was lost, late or broken.
 */
export async function drain(steps: readonly DrainStep[], options: DrainOptions): Promise<0 | 1> {
  const { clock, logger } = options;
  const startedAt = clock.monotonic();
  const deadline = startedAt + (options.limitMs ?? DRAIN_LIMIT_MS);
  let isClean = true;
  for (const step of steps) {
    const stepAt = clock.monotonic();
    const outcome = await runStep(step, deadline, clock);
    const tookMs = Math.round(clock.monotonic() - stepAt);
    if (outcome.kind === 'done') logger.info({ step: step.name, tookMs }, 'drain: step done');
    else if (outcome.kind === 'failed') logger.error({ step: step.name, tookMs, err: outcome.error }, 'drain: step failed');
    else logger.error({ step: step.name, tookMs }, 'drain: out of time');
    isClean &&= outcome.kind === 'done';
    if (outcome.kind === 'late') break;
  }
  const unstored = options.unstored();
  const tookMs = Math.round(clock.monotonic() - startedAt);
  if (unstored > 0) logger.error({ unstored, tookMs }, `drain: ${unstored} accepted messages could not be stored`);
  else logger.info({ unstored, tookMs }, 'drain: complete');
  return isClean && unstored === 0 ? 0 : 1;
}

async function runStep(step: DrainStep, deadline: number, clock: Clock): Promise<StepOutcome> {
  let cancel = () => {};
  const late = new Promise<StepOutcome>((resolve) => {
    cancel = clock.after(Math.max(0, deadline - clock.monotonic()), () => resolve({ kind: 'late' }));
  });
  const done = attempt(step, deadline);
  const outcome = await Promise.race([done, late]);
  cancel();
  return outcome;
}

async function attempt(step: DrainStep, deadline: number): Promise<StepOutcome> {
  try {
    await step.run(deadline);
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** What of `process` is needed to stop it. */
export interface StoppableProcess {
  on(signal: 'SIGTERM' | 'SIGINT', listener: (signal: string) => void): unknown;
  exit(code: number): void;
}

/** A terminal signals its whole group, and npm then passes the signal on: within this time it is the same Ctrl-C once more. */
const SAME_SIGNAL_MS = 500;

/** Runs `stop` at the first SIGTERM or SIGINT and exits with its code; a second signal exits at once with 1. */
export function onStopSignal(
  stop: (signal: string) => Promise<number>,
  clock: Pick<Clock, 'monotonic'>,
  target: StoppableProcess = process,
): void {
  let stoppedAt: number | undefined;
  const onSignal = (signal: string) => {
    const now = clock.monotonic();
    if (stoppedAt !== undefined) return now - stoppedAt > SAME_SIGNAL_MS ? target.exit(1) : undefined;
    stoppedAt = now;
    const release = keepAlive();
    stop(signal)
      .catch(() => 1)
      .then((code) => {
        release();
        target.exit(code);
      });
  };
  target.on('SIGTERM', onSignal);
  target.on('SIGINT', onSignal);
}

/** The clock's timers do not keep a process alive, so a drain whose sockets are all closed would just end, with code 0. */
function keepAlive(): () => void {
  const { port1 } = new MessageChannel();
  port1.ref();
  return () => port1.close();
}
