/**
 * True when `text` is valid Unicode (no lone surrogates) without control characters: C0, DEL, C1.
 * One character class, no repetition: linear whatever the input.
 */
export function isCleanLine(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  return !/[\u0000-\u001f\u007f-\u009f]/.test(text) && text.isWellFormed();
}

/** The same, but newline and tab are allowed. */
export function isCleanText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
  return !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text) && text.isWellFormed();
}

/** True when `text` has more than `limit` Unicode code points. A lone surrogate counts as one. */
export function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  // A code point takes at most two code units, so that far longer texts need no count.
  if (text.length > 2 * limit) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count > limit;
}

/** Length of `text` in UTF-8. A lone surrogate counts three bytes. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
