import { type Difference, differ, isRecord, type Place, type Row } from './difference.ts';

/** What tells the rows of a list apart. */
const KEY_OF: Record<string, (row: Row) => string> = {
  buckets: ({ t }) => `t=${t}`,
  cohorts: ({ week }) => `week=${week}`,
  days: ({ day }) => `day=${day}`,
  moments: ({ start, firstMessageId }) => `start=${start} first=${firstMessageId}`,
};

export interface Alignment {
  readonly pairs: readonly (readonly [api: Row, oracle: Row, path: string])[];
  readonly differences: readonly Difference[];
}

/** Lays rows of the same key side by side; undefined for lists that are told apart by place alone. */
export function alignments(api: readonly unknown[], oracle: readonly unknown[], place: Place): Alignment | undefined {
  const keyOf = KEY_OF[place.key];
  if (keyOf === undefined) return undefined;
  const path = (key: string) => `${place.path}[${key}]`;
  const rows = api.filter(isRecord);
  const keys = rows.map(keyOf);
  const differences = rows.length === api.length ? [] : differ(place, api, oracle, 'has rows that are no objects');
  // Moments of one instant in two rooms may stand either way round.
  const order = place.key === 'moments' ? rows.map(({ start }) => `${start}`) : keys;
  if (order.some((key, i) => i > 0 && key < (order[i - 1] ?? ''))) differences.push(...differ(place, order, undefined, 'is out of order'));
  const byKey = new Map<string, Row>();
  for (const [i, row] of rows.entries()) {
    const key = keys[i] ?? '';
    if (byKey.has(key)) differences.push(...differ({ ...place, path: path(key) }, row, undefined, 'stands twice'));
    byKey.set(key, row);
  }
  const pairs: (readonly [Row, Row, string])[] = [];
  for (const expected of oracle.filter(isRecord)) {
    const key = keyOf(expected);
    const row = byKey.get(key);
    byKey.delete(key);
    if (row !== undefined) pairs.push([row, expected, path(key)]);
    else differences.push(...differ({ ...place, path: path(key) }, undefined, expected, 'is missing'));
  }
  for (const [key, row] of byKey) {
    // A week without newcomers has nothing to say: both ways of not saying it are right.
    if (place.key === 'cohorts' && row.size === 0) continue;
    differences.push(...differ({ ...place, path: path(key) }, row, undefined, 'is too many'));
  }
  return { pairs, differences };
}
