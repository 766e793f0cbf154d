/** Time and turns, as a parameter: the only place that touches the real clock. All times are milliseconds. */
export interface Clock {
  /** Wall clock, whole milliseconds since 1970 UTC. May jump. */
  now(): number;
  /** Monotonic, fractional milliseconds. */
  monotonic(): number;
  /** Runs `run` once after `delayMs`; the returned function cancels. Never keeps the process alive on its own. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs `run` every `intervalMs`; the returned function cancels. Never keeps the process alive on its own. */
  every(intervalMs: number, run: () => void): () => void;
  /** Runs `run` at the end of the present event-loop turn, after the input that is already here. */
  endOfTurn(run: () => void): void;
}

/** Answers the share of time, 0 to 1, that this thread's event loop was busy since it was last asked. */
export function busyShare(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
  every(intervalMs, run) {
    const timer = setInterval(run, intervalMs);
    timer.unref();
    return () => clearInterval(timer);
  },
  endOfTurn(run) {
    setImmediate(run);
  },
};
