import { CountsSegment } from '../rollup/counts-segment.ts';
import { NumberCounts } from '../rollup/number-counts.ts';
import { PendingSlots, type SegmentKind } from '../rollup/pending-slots.ts';
import { QuantilesSegment } from '../rollup/quantiles-segment.ts';
import { RankedSegment } from '../rollup/ranked-segment.ts';
import { type Segment, SlotDirectory } from '../rollup/slot-body.ts';

export type Body = Uint8Array | undefined;

/** Where a slot is not what it should be. `what`: a column, a kind, or the number of a term. */
export interface SlotDifference {
  readonly slot: number;
  readonly what: number;
  readonly kept: number;
  readonly recounted: number;
}

export interface Compared {
  /** What the container is to be. */
  readonly body: Body;
  readonly isChanged: boolean;
  readonly isUnreadable: boolean;
  readonly differences: readonly SlotDifference[];
  /** Slots that hold anything, as kept or as recounted. */
  readonly slots: readonly number[];
}

export const COUNTS: SegmentKind<CountsSegment> = { empty: () => new CountsSegment(), decode: CountsSegment.decode };
export const QUANTILES: SegmentKind<QuantilesSegment> = { empty: () => new QuantilesSegment(), decode: QuantilesSegment.decode };
export const RANKED: SegmentKind<RankedSegment> = { empty: () => new RankedSegment(), decode: RankedSegment.decode };
type IsWanted = (slot: number) => boolean;
const everySlot: IsWanted = () => true;

/** A container of `counts`: the given columns as recounted, the others as kept. */
export function compareCounts(kept: Body, recounted: Body, columns: readonly number[], isWanted: IsWanted = everySlot): Compared {
  return compareSlots(COUNTS, kept, recounted, isWanted, (own, wanted, differ) => {
    for (const column of columns) {
      const [a, b] = [own.columns[column] ?? 0, wanted.columns[column] ?? 0];
      if (a !== b) differ(column, a, b).columns[column] = b;
    }
  });
}

/** A container of `quantiles`: the given kinds as recounted, the others as kept. The numbers of a difference are those of the bins that differ. */
export function compareQuantiles(kept: Body, recounted: Body, kinds: readonly number[], isWanted: IsWanted = everySlot): Compared {
  return compareSlots(QUANTILES, kept, recounted, isWanted, (own, wanted, differ) => {
    for (const kind of kinds) {
      const changes = new Map<number, [kept: number, recounted: number]>();
      own.kinds[kind]?.forEach((bin, weight) => void changes.set(bin, [weight, 0]));
      wanted.kinds[kind]?.forEach((bin, weight) => void changes.set(bin, [changes.get(bin)?.[0] ?? 0, weight]));
      const wrong = [...changes].filter(([, [a, b]]) => a !== b);
      if (wrong.length === 0) continue;
      const sum = (of: 0 | 1): number => wrong.reduce((all, [, pair]) => all + pair[of], 0);
      const segment = differ(kind, sum(0), sum(1));
      for (const [bin, [a, b]] of wrong) segment.kinds[kind]?.add(bin, b - a);
    }
  });
}

/**
 * A container of `terms` or `emoji`. Where one of both is approximate, they differ only if no true counts fit both: a count that is told lies
 * below the true one by the allowance at most. An exact one takes the place of an approximate one in any case.
 */
export function compareRanked(kept: Body, recounted: Body, isWanted: IsWanted = everySlot): Compared {
  return compareSlots(RANKED, kept, recounted, isWanted, (own, wanted, differ, change) => {
    const wrong = contradiction(own, wanted);
    const isBetter = wanted.allowance === 0 && own.allowance > 0;
    if (wrong === undefined && !isBetter) return;
    const segment = wrong === undefined ? change() : differ(wrong.number, wrong.kept, wrong.recounted);
    segment.counts = copyOf(wanted.counts);
    segment.allowance = wanted.allowance;
    segment.total = wanted.total;
  });
}

function contradiction(kept: RankedSegment, recounted: RankedSegment): { number: number; kept: number; recounted: number } | undefined {
  let found: { number: number; kept: number; recounted: number } | undefined;
  const look = (number: number): void => {
    const [a, b] = [kept.counts.get(number), recounted.counts.get(number)];
    const fits = a <= b + recounted.allowance && b <= a + kept.allowance;
    if (!fits && found === undefined) found = { number, kept: a, recounted: b };
  };
  kept.counts.forEach(look);
  recounted.counts.forEach(look);
  if (found !== undefined || kept.total === recounted.total) return found;
  return { number: ANY_NUMBER, kept: kept.total, recounted: recounted.total };
}

/** In the place of a term's number: all of them together. */
export const ANY_NUMBER = -1;

function copyOf(counts: NumberCounts): NumberCounts {
  const copy = new NumberCounts();
  counts.forEach((number, count) => void copy.add(number, count));
  return copy;
}

type Differ<S> = (what: number, kept: number, recounted: number) => S;

function compareSlots<S extends Segment>(
  kind: SegmentKind<S>,
  kept: Body,
  recounted: Body,
  isWanted: IsWanted,
  compare: (own: S, wanted: S, differ: Differ<S>, change: () => S) => void,
): Compared {
  const [own, wanted] = [new PendingSlots(kind, kept), new PendingSlots(kind, recounted)];
  const unreadable = unreadableSlots(kind, kept);
  const slots = [...new Set([...slotsOf(kept), ...slotsOf(recounted)])].filter(isWanted).sort((a, b) => a - b);
  const differences: SlotDifference[] = [];
  let isChanged = kept !== undefined && !isOpenable(kept);
  let isUnreadable = isChanged;
  for (const slot of slots) {
    const change = (): S => {
      isChanged = true;
      return own.change(slot);
    };
    const differ: Differ<S> = (what, a, b) => {
      differences.push({ slot, what, kept: a, recounted: b });
      return change();
    };
    if (unreadable.has(slot)) {
      isUnreadable = true;
      change();
    }
    compare(own.read(slot), wanted.read(slot), differ, change);
  }
  return { body: isChanged ? own.settle().body : kept, isChanged, isUnreadable, differences, slots };
}

const directory = new SlotDirectory();

/** Whether its segments can be told from one another. */
export const isOpenable = (body: Uint8Array): boolean => directory.open(body);

function slotsOf(body: Body): number[] {
  if (body === undefined || !directory.open(body)) return [];
  return Array.from({ length: directory.length }, (_, i) => directory.slotAt(i));
}

function unreadableSlots<S extends Segment>({ decode }: SegmentKind<S>, body: Body): ReadonlySet<number> {
  const found = new Set<number>();
  if (body === undefined || !directory.open(body)) return found;
  for (let i = 0; i < directory.length; i++)
    if (decode(body, directory.startAt(i), directory.startAt(i + 1)) === undefined) found.add(directory.slotAt(i));
  return found;
}

/** Each slot and its segment; undefined for a body of which a part cannot be read. */
export function segmentsOf<S extends Segment>({ decode }: SegmentKind<S>, body: Body): readonly (readonly [slot: number, S])[] | undefined {
  if (body === undefined) return [];
  if (!directory.open(body)) return undefined;
  const found: (readonly [number, S])[] = [];
  for (let i = 0; i < directory.length; i++) {
    const segment = decode(body, directory.startAt(i), directory.startAt(i + 1));
    if (segment === undefined) return undefined;
    found.push([directory.slotAt(i), segment]);
  }
  return found;
}

/** Whether a slot is there and can be read. */
export function hasSlot<S extends Segment>({ decode }: SegmentKind<S>, body: Body, slot: number): boolean {
  if (body === undefined || !directory.open(body)) return false;
  const i = directory.find(slot);
  return i >= 0 && decode(body, directory.startAt(i), directory.startAt(i + 1)) !== undefined;
}

export function isSame(a: Body, b: Body): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return a === b;
  return a.every((byte, at) => byte === b[at]);
}
