import { count, perSecond } from '../import/progress-view.ts';

/** What a playing has come to. */
export class Tally {
  messages = 0;
  acked = 0;
  /** Connections that ended, or never were, before the server had answered. */
  unanswered = 0;
  usersNow = 0;
  usersSeen = 0;
  /** Code of the refusal → messages. */
  readonly refused = new Map<string, number>();
  /** Why connections failed or were closed by the server → how often. */
  readonly failures = new Map<string, number>();
  firstAt: number | undefined;
  /** When that was played, `clock.monotonic()`. */
  startedAt = 0;
  /** The clock of the log, ms since 1970. */
  lastAt = 0;
  #latencyMs = 0;

  event(at: number, now: number): void {
    if (this.firstAt === undefined) [this.firstAt, this.startedAt] = [at, now];
    this.lastAt = at;
  }

  ack(latencyMs: number): void {
    this.acked++;
    this.#latencyMs += latencyMs;
  }

  refuse(code: string): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }

  fail(reason: string): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }

  get refusedTotal(): number {
    return [...this.refused.values()].reduce((sum, each) => sum + each, 0);
  }

  get meanLatencyMs(): number {
    return this.acked === 0 ? 0 : this.#latencyMs / this.acked;
  }
}

/** `2008-04-27 06:12:40 | 16 messages/s | 83 users | 210 acked`: one line, for a terminal. */
export function describeTally(tally: Tally, ratePerSecond: number): string {
  const { usersNow, acked, unanswered, refusedTotal } = tally;
  if (tally.firstAt === undefined) return 'Reading the log';
  const parts = [
    logTime(tally.lastAt),
    `${count(Math.round(ratePerSecond))} messages/s`,
    `${count(usersNow)} users`,
    `${count(acked)} acked`,
  ];
  if (refusedTotal > 0) parts.push(`${count(refusedTotal)} refused`);
  if (unanswered > 0) parts.push(`${count(unanswered)} unanswered`);
  return parts.join(' | ');
}

/** What is said at the end, `now`. Lines with their ends. */
export function summarize(tally: Tally, now: number): string {
  const { messages, usersSeen, firstAt, lastAt, acked, refusedTotal, unanswered } = tally;
  if (firstAt === undefined) return 'Nothing was played.\n';
  const seconds = (now - tally.startedAt) / 1000;
  const rate = `${seconds.toFixed(1)} s (${count(perSecond(messages, seconds))} a second)`;
  const ackText = acked === 0 ? '0 acked' : `${count(acked)} acked (after ${tally.meanLatencyMs.toFixed(1)} ms on average)`;
  const lines = [
    `Played ${count(messages)} messages of ${count(usersSeen)} users, ${logTime(firstAt)} to ${logTime(lastAt)}, in ${rate}:`,
    `  ${ackText}, ${count(refusedTotal)} refused, ${count(unanswered)} unanswered.`,
    ...byCount(tally.refused).map(([code, times]) => `  refused ${count(times)} × ${code}${adviceFor(code)}`),
    ...byCount(tally.failures).map(([reason, times]) => `  ${count(times)} × ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

function adviceFor(code: string): string {
  if (code === 'rate_limited')
    return ': people are made to write faster than the server lets one. Lower --speed, or start the server with RATE_LIMIT_PER_SEC=0.';
  if (code === 'overloaded' || code === 'storage_unavailable') return ': the server did not keep up. Lower --speed.';
  return '';
}

function byCount(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function logTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}
