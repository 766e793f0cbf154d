import { CAPACITY } from '@hubbub/sketch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketMessages } from './bucket-messages.ts';
import { COLUMN, KIND, type Kind, type SumColumn } from './columns.ts';
import { DAY_MS, HOUR_MS, LEVELS, type Level } from './levels.ts';
import { MemoryRollups } from './memory-rollups.ts';
import { FAMILIES } from './port.ts';
import { RankedAccumulator } from './ranked-accumulator.ts';
import { RollupDeltas } from './rollup-deltas.ts';

const T0 = Date.UTC(2026, 0, 30, 22);
const FROM_QUARTER: readonly Level[] = ['quarter', 'day'];

type Fact =
  | { readonly is: 'count'; readonly column: SumColumn; readonly amount: number }
  | { readonly is: 'max'; readonly value: number }
  | { readonly is: 'value'; readonly kind: Kind; readonly value: number; readonly weight: number }
  | { readonly is: 'latency'; readonly ms: number }
  | { readonly is: 'user'; readonly user: number; readonly amount: number }
  | { readonly is: 'present'; readonly user: number }
  | { readonly is: 'newcomer'; readonly user: number }
  | { readonly is: 'rank'; readonly family: 'terms' | 'emoji' | 'drops'; readonly number: number; readonly amount: number };

interface Placed {
  readonly scope: number;
  readonly t: number;
  readonly levels: readonly Level[];
  readonly fact: Fact;
}

const user = fc.oneof(fc.nat(9), fc.constantFrom(31, 32, 300, 4095, 4096, 9000, 0xfffffffe));
const amount = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom(127, 128, 1e9));
const columns = [COLUMN.messages, COLUMN.replies, COLUMN.lengthSum, COLUMN.connectionSum] as const;
const reversible: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ is: fc.constant('count' as const), column: fc.constantFrom(...columns), amount }),
  fc.record({
    is: fc.constant('value' as const),
    kind: fc.constantFrom(KIND.length, KIND.response, KIND.sessionDuration),
    value: fc.oneof(fc.nat(1000), fc.constantFrom(-1, 0, 1e-300, 1e300), fc.double({ min: 0, max: 1e5, noNaN: true })),
    weight: amount,
  }),
  fc.record({ is: fc.constant('user' as const), user, amount }),
  fc.record({ is: fc.constant('newcomer' as const), user }),
  fc.record({
    is: fc.constant('rank' as const),
    family: fc.constantFrom('terms', 'emoji', 'drops'),
    number: fc.oneof(fc.nat(20), fc.constantFrom(70_000, 0xfffffffe)),
    amount,
  }),
);
const growing: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({ is: fc.constant('max' as const), value: fc.integer({ min: 1, max: 1000 }) }),
  fc.record({ is: fc.constant('latency' as const), ms: fc.double({ min: 0, max: 1e4, noNaN: true }) }),
  fc.record({ is: fc.constant('present' as const), user }),
);
const placed = (fact: fc.Arbitrary<Fact>): fc.Arbitrary<Placed> =>
  fc.record({
    scope: fc.nat(1),
    t: fc.oneof(fc.integer({ min: T0, max: T0 + 4 * HOUR_MS }), fc.integer({ min: T0, max: T0 + 40 * DAY_MS })),
    levels: fc.constantFrom(LEVELS, FROM_QUARTER),
    fact,
  });

function enter(deltas: RollupDeltas, { scope, t, levels, fact }: Placed, sign: 1 | -1): void {
  const place = deltas.at(scope, t, levels);
  switch (fact.is) {
    case 'count':
      return place.add(fact.column, sign * fact.amount);
    case 'max':
      return place.raise(COLUMN.lengthMax, fact.value);
    case 'value':
      return place.measure(fact.kind, fact.value, sign * fact.weight);
    case 'latency':
      place.measure(KIND.latency, fact.ms, 1);
      return place.raiseLatencyMax(fact.ms);
    case 'user':
      return place.user(fact.user, sign * fact.amount);
    case 'present':
      return place.present(fact.user);
    case 'newcomer':
      return sign > 0 ? place.addNewcomer(fact.user) : place.removeNewcomer(fact.user);
    case 'rank':
      return place.rank(fact.family, fact.number, sign * fact.amount);
  }
}

/** Every body, by its key. */
function everything(rollups: MemoryRollups): [string, string][] {
  return FAMILIES.flatMap((family) =>
    LEVELS.flatMap((level) =>
      Array.from(rollups.scopesOf(family, level, -1e6, 1e6), ({ scope, container, chunk, body }): [string, string] => [
        `${family}/${level}/${scope}/${container}/${chunk}`,
        Buffer.from(body).toString('hex'),
      ]),
    ),
  );
}

/** Enters facts, with a flush wherever `flushes` has one, and keeps at most `maxKeptBytes` open in between. */
function kept(facts: readonly Placed[], flushes: readonly number[] = [], maxKeptBytes?: number): MemoryRollups {
  const rollups = new MemoryRollups();
  const deltas = new RollupDeltas(rollups, maxKeptBytes);
  facts.forEach((fact, i) => {
    enter(deltas, fact, 1);
    if (flushes.includes(i)) deltas.flush();
  });
  deltas.flush();
  expect([deltas.shortfalls, deltas.corrupt]).toEqual([0, 0]);
  return rollups;
}

/** A user's first message in a scope lies at one place: what a shuffle of facts may not break. */
function withoutSecondFirsts(facts: readonly Placed[]): Placed[] {
  const seen = new Set<string>();
  return facts.filter(({ scope, fact }) => {
    if (fact.is !== 'newcomer') return true;
    const name = `${scope}/${fact.user}`;
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

const facts = fc.array(placed(fc.oneof({ weight: 3, arbitrary: reversible }, growing)), { maxLength: 60 }).map(withoutSecondFirsts);
const flushes = fc.uniqueArray(fc.nat(60), { maxLength: 6 });

describe('rollup deltas', () => {
  it('keep the same bytes for the same facts in any order, however they are split into flushes', () => {
    const shuffled = facts.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, flushes, fc.constantFrom(0, 20_000, undefined), ([list, other], at, room) => {
        expect(everything(kept(other, at, room))).toEqual(everything(kept(list)));
      }),
      { numRuns: 150 },
    );
  });

  it('keep the bytes of before when what was added is taken away', () => {
    const both = fc
      .array(placed(reversible), { maxLength: 60 })
      .map(withoutSecondFirsts)
      .chain((list) => fc.tuple(fc.constant(list), fc.nat(list.length)));
    fc.assert(
      fc.property(both, flushes, fc.boolean(), ([list, split], at, isDropped) => {
        const rollups = kept(list.slice(0, split));
        const before = everything(rollups);
        const deltas = new RollupDeltas(rollups);
        const more = list.slice(split);
        more.forEach((fact, i) => {
          enter(deltas, fact, 1);
          if (at.includes(i)) deltas.flush();
        });
        if (isDropped) {
          deltas.flush();
          deltas.drop();
        }
        for (const fact of more) enter(deltas, fact, -1);
        deltas.flush();
        expect(everything(rollups)).toEqual(before);
        expect(deltas.shortfalls).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('forget what a rollback took away', () => {
    const rollups = new MemoryRollups();
    const deltas = new RollupDeltas(rollups);
    deltas.at(0, T0, LEVELS).add(COLUMN.messages, 5);
    deltas.drop();
    deltas.at(0, T0, LEVELS).add(COLUMN.messages, 2);
    expect(deltas.at(0, T0, LEVELS).value('day', COLUMN.messages)).toBe(2);
    deltas.flush();
    expect(deltas.at(0, T0, ['day']).value('day', COLUMN.messages)).toBe(2);
  });

  it('read what stands before it is put, and set what was recomputed', () => {
    const deltas = new RollupDeltas(new MemoryRollups());
    const place = deltas.at(3, T0, LEVELS);
    place.measure(KIND.response, 10, 2);
    place.raise(COLUMN.lengthMax, 9);
    place.raise(COLUMN.lengthMax, 7);
    expect(place.value('minute', COLUMN.lengthMax)).toBe(9);
    place.set(COLUMN.lengthMax, 4);
    expect(place.value('day', COLUMN.lengthMax)).toBe(4);
    const bins: [number, number][] = [];
    place.forEachBin('quarter', KIND.response, (bin, weight) => bins.push([bin, weight]));
    for (const [bin, weight] of bins) place.addBin(KIND.response, bin, -weight);
    place.set(COLUMN.lengthMax, 0);
    deltas.flush();
    expect(bins.length).toBe(1);
    expect(() => deltas.at(3, T0, FROM_QUARTER).value('minute', COLUMN.messages)).toThrow(RangeError);
  });

  it('move a newcomer, whichever is said first', () => {
    for (const isAddedFirst of [true, false]) {
      const rollups = kept([{ scope: 1, t: T0, levels: LEVELS, fact: { is: 'newcomer', user: 7 } }]);
      const deltas = new RollupDeltas(rollups);
      const add = (): void => deltas.at(1, T0 + HOUR_MS, LEVELS).addNewcomer(7);
      if (isAddedFirst) add();
      deltas.at(1, T0, LEVELS).removeNewcomer(7);
      if (!isAddedFirst) add();
      deltas.flush();
      const moved = kept([{ scope: 1, t: T0 + HOUR_MS, levels: LEVELS, fact: { is: 'newcomer', user: 7 } }]);
      expect(everything(rollups)).toEqual(everything(moved));
    }
  });

  it('keep zero where more is taken than was there, and count it', () => {
    const rollups = new MemoryRollups();
    const deltas = new RollupDeltas(rollups);
    const place = deltas.at(1, T0, ['day']);
    place.add(COLUMN.messages, -1);
    place.measure(KIND.length, 5, -1);
    place.user(4, -1);
    place.rank('terms', 4, -1);
    place.removeNewcomer(4);
    deltas.flush();
    expect(everything(rollups)).toEqual([]);
    expect(deltas.shortfalls).toBe(6);
  });

  it('tell the messages of each room among those of all rooms, in one read', () => {
    const amounts = fc.array(fc.record({ room: fc.constantFrom(0, 1, 2, 4096), hour: fc.nat(40), amount: fc.integer({ min: 1, max: 9 }) }));
    fc.assert(
      fc.property(amounts, (added) => {
        const rollups = new MemoryRollups();
        const deltas = new RollupDeltas(rollups);
        const sums = new Map<number, number>();
        for (const { room, hour, amount } of added) {
          deltas.at(room, T0 + hour * HOUR_MS, LEVELS).add(COLUMN.messages, amount);
          if (room !== 0) sums.set(room, (sums.get(room) ?? 0) + amount);
        }
        deltas.flush();
        for (const room of [1, 2]) {
          deltas.at(room, T0 - DAY_MS, FROM_QUARTER).set(COLUMN.messages, 3);
          deltas.at(room, T0 - DAY_MS, FROM_QUARTER).set(COLUMN.messages, 2);
          sums.set(room, (sums.get(room) ?? 0) + 2);
        }
        deltas.flush();
        for (const level of ['quarter', 'day'] as const) {
          const rooms = new BucketMessages(1);
          for (const { chunk, body } of rollups.containers('rooms', 0, level, -1e6, 1e6))
            expect(rooms.add(chunk, body, new Int32Array(96))).toBe(true);
          const told = new Map(rooms.top(0, 10).map(({ number, count }) => [number, count]));
          expect(told).toEqual(sums);
        }
        expect([...rollups.scopesOf('rooms', 'minute', -1e9, 1e9)]).toEqual([]);
      }),
    );
  });

  it('begin anew where a body cannot be read, and count it', () => {
    const rollups = new MemoryRollups();
    for (const family of ['counts', 'users', 'newcomers', 'terms'] as const)
      rollups.put({ family, scope: 1, level: 'day', container: 672, chunk: 0 }, Uint8Array.of(9, 9, 9));
    const one: Fact[] = [
      { is: 'count', column: COLUMN.messages, amount: 1 },
      { is: 'user', user: 3, amount: 1 },
      { is: 'newcomer', user: 3 },
      { is: 'rank', family: 'terms', number: 3, amount: 1 },
    ];
    const placedOnes = one.map((fact): Placed => ({ scope: 1, t: T0, levels: ['day'], fact }));
    const deltas = new RollupDeltas(rollups);
    for (const fact of placedOnes) enter(deltas, fact, 1);
    deltas.flush();
    expect(deltas.corrupt).toBe(4);
    expect(everything(rollups)).toEqual(everything(kept(placedOnes)));
  });

  it('hold the bound of Space-Saving beyond its capacity, also where counts were taken back', () => {
    const rollups = new MemoryRollups();
    const deltas = new RollupDeltas(rollups);
    const truth = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const term = (i * 7919) % 5000;
      const isTakenBack = i % 7 === 6 && (truth.get(term) ?? 0) > 0;
      const amount = isTakenBack ? -1 : 1 + (term % 3);
      truth.set(term, (truth.get(term) ?? 0) + amount);
      deltas.at(0, T0, ['day']).rank('terms', term, amount);
      if (i % 3000 === 0) deltas.flush();
    }
    deltas.flush();
    const [{ body = new Uint8Array() } = {}] = rollups.containers('terms', 0, 'day', 0, 1e6);
    expect(body.length).toBeLessThan(2 * CAPACITY * 8);
    expect(deltas.shortfalls).toBe(0);
    expect(boundsBroken(body, truth)).toEqual([]);
  });
});

function boundsBroken(body: Uint8Array, truth: ReadonlyMap<number, number>): number[] {
  const ranked = new RankedAccumulator(1);
  expect(ranked.add(body, new Int32Array(31))).toBe(true);
  const listed = new Map(ranked.top(0, 1e6).map(({ number, count }) => [number, count]));
  const total = [...truth.values()].reduce((sum, count) => sum + count, 0);
  expect(ranked.total(0)).toBe(total);
  return [...truth.keys()].filter((term) => {
    const count = listed.get(term) ?? 0;
    const exact = truth.get(term) ?? 0;
    return exact < count || exact > count + ranked.allowance(0);
  });
}
