/** Random numbers of [0, 1), as a parameter. */
export type Random = () => number;

declare const crypto: { getRandomValues(into: Uint32Array): Uint32Array };

const WORD = new Uint32Array(1);

/** `crypto.randomUUID` is missing on pages without TLS, `getRandomValues` is not. */
export const systemRandom: Random = () => (crypto.getRandomValues(WORD)[0] ?? 0) / 2 ** 32;

/** A version 4 UUID, 16 bits of each number. */
export function makeUuid(random: Random): string {
  const words = Array.from({ length: 8 }, () => Math.floor(random() * 0x10000));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, ...rest] = words;
  const marked = [a, b, c, (d & 0x0fff) | 0x4000, (e & 0x3fff) | 0x8000, ...rest];
  const hex = marked.map((word) => word.toString(16).padStart(4, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
