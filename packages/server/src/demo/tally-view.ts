import type { Writable } from 'node:stream';
import type { Clock } from '../util/clock.ts';
import { describeTally, type Tally } from './tally.ts';

const REDRAW_MS = 500;
const PLAIN_LINE_MS = 10_000;
/** To the first column, and clears the line. */
const ANEW = '\r\x1b[K';

/** Shows how it goes until the returned function is called: one line that changes on a terminal, otherwise one every ten seconds. */
export function showTally(tally: Tally, out: Writable & { readonly isTTY?: boolean; readonly columns?: number }, clock: Clock): () => void {
  const isTerminal = out.isTTY === true;
  let before = { at: clock.monotonic(), messages: tally.messages };
  const show = (): void => {
    const now = { at: clock.monotonic(), messages: tally.messages };
    const rate = (1000 * (now.messages - before.messages)) / Math.max(1, now.at - before.at);
    before = now;
    const line = describeTally(tally, rate);
    out.write(isTerminal ? `${ANEW}${line.slice(0, (out.columns ?? 80) - 1)}` : `${line}\n`);
  };
  const cancel = clock.every(isTerminal ? REDRAW_MS : PLAIN_LINE_MS, show);
  return () => {
    cancel();
    if (isTerminal) out.write(ANEW);
  };
}
