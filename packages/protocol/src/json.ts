/** A JSON object whose fields nobody has looked at. `JSON.parse` makes `__proto__` an ordinary own field. */
export type Fields = { readonly [name: string]: unknown };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `text` as a JSON string. A path of its own for plain ASCII (one regular expression, or a loop) was measured: 0.7 to 1.2 of
 * `JSON.stringify`'s time depending on the text, and no difference in a whole publication.
 */
export function quote(text: string): string {
  return JSON.stringify(text);
}
