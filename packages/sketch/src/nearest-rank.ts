/**
 * Which of `count` sorted values the quantile `q` is, from 1: ⌈q × count⌉, at least 1 (the nearest rank). At least a share of q of all
 * values is at most that one. The product is taken a hair lower, so that 0.07 × 100 = 7.000000000000001 is 7.
 */
export const nearestRank = (q: number, count: number): number => Math.max(1, Math.ceil(q * count * (1 - Number.EPSILON)));
