import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NumberCounts } from '../../packages/server/src/analytics/rollup/number-counts.ts';
import { addRanked, type RankedTarget } from '../../packages/server/src/analytics/rollup/ranked-segment.ts';
import { SlotDirectory } from '../../packages/server/src/analytics/rollup/slot-body.ts';
import { DATABASE_FILE } from '../../packages/server/src/store/sqlite/sqlite-store.ts';
import { ByteReader } from '../../packages/sketch/src/index.ts';

export interface Comparison {
  /** Kept summaries of both. */
  readonly containers: number;
  readonly equalBytes: number;
  /** Slots of ranked families, whose words have other numbers in another store: by word the same counts. */
  readonly equalRanked: number;
  /** Those that hold more words than are kept exactly: both within what each says it may be wrong by. */
  readonly rankedWithinBounds: number;
  /** What differs, in words; empty when the stores say the same. */
  readonly differences: readonly string[];
}

/** Tables of which each row must be equal, in these columns. */
const PLAIN = {
  firsts: 'scope, user, t',
  newest: 'room, t, seq, row, is_open',
  moments: 'room, start_bucket, end_bucket, messages, peak, is_open, first_message, terms',
  dirt: 'room, kind, from_t, to_t',
} as const;
const ROLLUPS = 'select family, level, scope, container, chunk, body from rollups order by 1, 2, 3, 4, 5';
/** As in the file (sqlite-rollups.ts): terms and emoji. */
const RANKED: ReadonlySet<number> = new Set([5, 6]);
const MOST_DIFFERENCES = 20;

type Row = readonly [family: number, level: number, scope: number, container: number, chunk: number, body: Uint8Array];

/** Whether two stores of the same messages keep the same summaries. */
export function compareRollups(dir: string, otherDir: string): Comparison {
  const [one, other] = [open(dir), open(otherDir)];
  const found = { containers: 0, equalBytes: 0, equalRanked: 0, rankedWithinBounds: 0, differences: [] as string[] };
  const differ = (text: string): void => {
    if (found.differences.length < MOST_DIFFERENCES) found.differences.push(text);
  };
  for (const [table, columns] of Object.entries(PLAIN)) {
    const [a, b] = [one, other].map((db) => JSON.stringify(db.prepare(`select ${columns} from ${table} order by ${columns}`).all()));
    if (a !== b) differ(`table ${table}`);
  }
  const words = [wordsOf(one), wordsOf(other)] as const;
  const rows = [rowsOf(one), rowsOf(other)] as const;
  for (;;) {
    const [a, b] = [rows[0].next().value, rows[1].next().value];
    if (a === undefined && b === undefined) break;
    found.containers += 1;
    if (a === undefined || b === undefined || a.slice(0, 5).join() !== b.slice(0, 5).join()) {
      differ(`summary ${a?.slice(0, 5)} beside ${b?.slice(0, 5)}`);
      break;
    }
    if (!RANKED.has(a[0])) {
      if (Buffer.compare(a[5], b[5]) === 0) found.equalBytes += 1;
      else differ(`bytes of ${a.slice(0, 5)}`);
      continue;
    }
    const slots = [slotsOf(a[5], words[0]), slotsOf(b[5], words[1])] as const;
    if ([...slots[0].keys()].join() !== [...slots[1].keys()].join()) differ(`slots of ${a.slice(0, 5)}`);
    for (const [slot, ranked] of slots[0]) {
      const verdict = compareRanked(ranked, slots[1].get(slot) ?? ranked);
      if (verdict === 'equal') found.equalRanked += 1;
      else if (verdict === 'within bounds') found.rankedWithinBounds += 1;
      else differ(`slot ${slot} of ${a.slice(0, 5)}`);
    }
  }
  for (const db of [one, other]) db.close();
  return found;
}

interface RankedByWord {
  readonly counts: ReadonlyMap<string, number>;
  readonly allowance: number;
  readonly total: number;
}

function compareRanked(a: RankedByWord, b: RankedByWord): 'equal' | 'within bounds' | 'different' {
  if (a.total !== b.total) return 'different';
  const words = new Set([...a.counts.keys(), ...b.counts.keys()]);
  const isWithin = (word: string): boolean => {
    const [x, y] = [a.counts.get(word) ?? 0, b.counts.get(word) ?? 0];
    return x <= y + b.allowance && y <= x + a.allowance;
  };
  const isEqual = a.allowance === b.allowance && [...words].every((word) => a.counts.get(word) === b.counts.get(word));
  if (isEqual) return 'equal';
  return [...words].every(isWithin) ? 'within bounds' : 'different';
}

function slotsOf(body: Uint8Array, words: ReadonlyMap<number, string>): ReadonlyMap<number, RankedByWord> {
  const directory = new SlotDirectory();
  if (!directory.open(body)) return new Map();
  const slots = new Map<number, RankedByWord>();
  for (let i = 0; i < directory.length; i++) {
    const input = new ByteReader();
    input.open(body, directory.startAt(i), directory.startAt(i + 1));
    const target: RankedTarget = { counts: new NumberCounts(), allowance: 0, total: 0 };
    if (!addRanked(input, target)) continue;
    const counts = new Map<string, number>();
    target.counts.forEach((number, count) => void counts.set(words.get(number) ?? `#${number}`, count));
    slots.set(directory.slotAt(i), { counts, allowance: target.allowance, total: target.total });
  }
  return slots;
}

function wordsOf(db: DatabaseSync): ReadonlyMap<number, string> {
  return new Map(
    db
      .prepare('select id, name from terms')
      .all()
      .map(({ id, name }) => [Number(id), String(name)]),
  );
}

function* rowsOf(db: DatabaseSync): Generator<Row, undefined> {
  const statement = db.prepare(ROLLUPS);
  statement.setReturnArrays(true);
  for (const row of statement.iterate()) yield row as unknown as Row;
}

const open = (dir: string): DatabaseSync => new DatabaseSync(join(dir, DATABASE_FILE), { readOnly: true });
