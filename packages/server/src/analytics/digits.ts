/** Digits of a number that is no whole one: more than it is ever known to, and few enough that 0.1 + 0.2 is 0.3. */
const DIGITS = 9;
const ROUND_FROM = 10 ** (DIGITS - 1);
/** Below it JavaScript writes numbers with an exponent. */
const LEAST = 1e-6;
/** Up to the one for LEAST; exact. */
export const POWERS: readonly number[] = Array.from({ length: DIGITS + 6 }, (_, power) => 10 ** power);

/** A finite number as it is shown: whole ones as they are, others to nine digits. Keeps order. */
export function shown(value: number): number {
  if (Number.isInteger(value)) return value;
  const size = Math.abs(value);
  if (size >= ROUND_FROM) return Math.round(value);
  if (size < LEAST) return Number(value.toPrecision(DIGITS));
  const scale = POWERS[decimalsOf(size)] ?? 1;
  // Two exact numbers of at most 15 digits: their quotient is the number that is written as they say.
  return (Math.sign(value) * Math.round(size * scale)) / scale;
}

/** How many decimals are shown of a number that is no whole one; undefined where it is written in another way. */
export function shownDecimals(value: number): number | undefined {
  const size = Math.abs(value);
  return size >= LEAST && size < ROUND_FROM ? decimalsOf(size) : undefined;
}

function decimalsOf(size: number): number {
  let decimals = DIGITS - 1;
  for (let power = 10; size >= power; power *= 10) decimals -= 1;
  for (let scaled = size; scaled < 1; scaled *= 10) decimals += 1;
  return decimals;
}
