import type { Random } from './random.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Activity by hour: quiet at five, a peak in the evening. */
export const BY_HOUR = [45, 32, 22, 16, 12, 10, 13, 22, 36, 52, 62, 66, 68, 72, 78, 80, 80, 82, 86, 94, 100, 97, 84, 64].map(
  (each) => each / 100,
);
const BY_WEEKDAY = [0.82, 1.04, 1.08, 1.1, 1.07, 1, 0.85];
/** Twice as much is written at the end as at the beginning. */
const GROWTH = 2;

/** How busy each hour is, in messages expected, whose sum is `messages`. */
export function hoursOf(startT: number, endT: number, messages: number, random: Random): Float64Array {
  const hours = new Float64Array(Math.round((endT - startT) / HOUR_MS));
  let sum = 0;
  let mood = 1;
  for (let i = 0; i < hours.length; i++) {
    const t = startT + i * HOUR_MS;
    if (i % 24 === 0) mood = Math.exp(0.15 * random.normal());
    const busy = (BY_HOUR[(t / HOUR_MS) % 24] ?? 0) * (BY_WEEKDAY[new Date(t).getUTCDay()] ?? 0) * mood * GROWTH ** (i / hours.length);
    hours[i] = busy;
    sum += busy;
  }
  return hours.map((busy) => (busy * messages) / sum);
}
