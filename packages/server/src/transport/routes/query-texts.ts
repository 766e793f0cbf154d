/** A query as the server has read it. */
export function asTexts(query: unknown): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(query ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}
