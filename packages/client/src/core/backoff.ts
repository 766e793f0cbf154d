import type { Random } from '../random.ts';

/** `base` doubled with each failure after the first, up to `max`. */
export function ceilingOf(failures: number, base: number, max: number): number {
  return Math.min(max, base * 2 ** Math.min(Math.max(failures, 1) - 1, 30));
}

/**
 * Full jitter: anything between nothing and the ceiling, so that clients which lost the server together do not come back together.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function fullJitter(failures: number, base: number, max: number, random: Random): number {
  return random() * ceilingOf(failures, base, max);
}
