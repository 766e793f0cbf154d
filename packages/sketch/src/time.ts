/** Times in milliseconds reach this far each way of 1970: some 142,000 years, and small enough to be doubled exactly. */
export const MAX_TIME = 2 ** 52 - 1;

/** Throws RangeError unless `time` is whole and within ±MAX_TIME. */
export function requireTime(time: number): void {
  if (!(Number.isSafeInteger(time) && Math.abs(time) <= MAX_TIME))
    throw new RangeError(`a time is a whole number of milliseconds, not ${time}`);
}
