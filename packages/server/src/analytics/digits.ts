/** Digits of a number that is no whole one: more than it is ever known to, and few enough that 0.1 + 0.2 is 0.3. */
const DIGITS = 9;
const ROUND_FROM = 10 ** (DIGITS - 1);

/** A finite number as it is shown: whole ones as they are, others to nine digits. Keeps order. */
export function shown(value: number): number {
  if (Number.isInteger(value)) return value;
  return Math.abs(value) >= ROUND_FROM ? Math.round(value) : Number(value.toPrecision(DIGITS));
}
