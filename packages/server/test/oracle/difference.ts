/** `path`: where, such as `.buckets[t=2005-01-01T00:00:00.000Z].messages`. */
export interface Difference {
  readonly path: string;
  readonly api: unknown;
  readonly oracle: unknown;
  readonly reason: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** `key`: the nearest name on the path; `approx`: what the answer said so far about its bounds. */
export interface Place {
  readonly path: string;
  readonly key: string;
  readonly approx: Readonly<Record<string, number>>;
}

export const differ = ({ path }: Place, api: unknown, oracle: unknown, reason: string): Difference[] => [{ path, api, oracle, reason }];
export const isRecord = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

export function approxOf({ approx }: Row): Readonly<Record<string, number>> {
  if (!isRecord(approx)) return {};
  return Object.fromEntries(Object.entries(approx).flatMap(([key, bound]) => (typeof bound === 'number' ? [[key, bound] as const] : [])));
}
