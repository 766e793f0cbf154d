import fc from 'fast-check';
import { LiveFacts, type LiveFactsLimits } from '../../src/analytics/live/live-facts.ts';
import type { Lived, NamedLiveFact, Standing } from '../../src/analytics/live-facts-sink.ts';
import { REASON_NUMBERS } from '../../src/analytics/measures/drop-reasons.ts';
import { clampedBinOf } from '../../src/analytics/rollup/bins.ts';
import type { DropReason } from '../../src/events.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { FakeClock } from './fake-clock.ts';

export const MINUTE = 60_000;
export const START = Date.UTC(2026, 0, 1);

class MemorySink {
  readonly written: NamedLiveFact[] = [];
  readonly sizes: number[] = [];
  /** What stands, by room, and until when. */
  readonly standing = new Map<string, Standing>();
  until = START / 1000;
  isAway = false;
  bug: Error | undefined;
  async write(facts: readonly NamedLiveFact[], lived: Lived): Promise<void> {
    if (this.isAway) throw new StoreUnavailable('away');
    if (this.bug !== undefined) throw this.bug;
    this.sizes.push(facts.length);
    this.written.push(...facts);
    for (const each of lived.standing) this.standing.set(each.room, each);
    this.until = lived.until ?? this.until;
  }
}

export function bench(limits: Partial<LiveFactsLimits> = {}, start = START) {
  const clock = new FakeClock();
  clock.jumpWall(start - START);
  const sink = new MemorySink();
  const bugs: unknown[] = [];
  const live = new LiveFacts({ clock, sink, onBug: (error) => bugs.push(error), limits });
  return { clock, sink, live, bugs };
}

export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What facts come to, whatever their number: by kind, room and `unit` of time. */
export function summed(facts: Iterable<NamedLiveFact>, unit = MINUTE): Record<string, unknown> {
  const sums = new Map<string, { [name: string]: number } | Set<string>>();
  const at = (key: string): { [name: string]: number } => {
    const sum = sums.get(key) ?? {};
    sums.set(key, sum);
    return sum as { [name: string]: number };
  };
  for (const fact of facts) {
    const t = Math.floor(fact.t / unit);
    const add = (key: string, name: string, amount: number): void => {
      const sum = at(`${key} ${t}`);
      sum[name] = (sum[name] ?? 0) + amount;
    };
    const raise = (key: string, name: string, value: number): void => {
      const sum = at(`${key} ${t}`);
      sum[name] = Math.max(sum[name] ?? 0, value);
    };
    switch (fact.kind) {
      case 'moved':
        add(`moved ${fact.room}`, 'joins', fact.joins);
        add(`moved ${fact.room}`, 'leaves', fact.leaves);
        break;
      case 'present': {
        const key = `present ${fact.room} ${t}`;
        sums.set(key, new Set([...((sums.get(key) as Set<string>) ?? []), fact.user]));
        break;
      }
      case 'connections':
        add(`connections ${fact.room}`, 'samples', fact.samples);
        add(`connections ${fact.room}`, 'sum', fact.sum);
        raise(`connections ${fact.room}`, 'max', fact.max);
        break;
      case 'latency':
        for (let i = 0; i < fact.bins.length; i += 2) add(`latency ${fact.room}`, `bin ${fact.bins[i]}`, fact.bins[i + 1] ?? 0);
        raise(`latency ${fact.room}`, 'max', fact.maxMs);
        break;
      case 'drops':
        add('drops', `reason ${fact.reason}`, fact.count);
        break;
    }
  }
  return Object.fromEntries([...sums].map(([key, sum]) => [key, sum instanceof Set ? [...sum].sort() : sum]));
}

export type Happening =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'enter' | 'exit'; readonly room: string; readonly user: string }
  | { readonly kind: 'connect' | 'disconnect' }
  | { readonly kind: 'join' | 'leave'; readonly room: string }
  | { readonly kind: 'deliver'; readonly room: string; readonly ms: number; readonly count: number }
  | { readonly kind: 'drop'; readonly reason: DropReason }
  | { readonly kind: 'away'; readonly isAway: boolean };

const room = fc.constantFrom('a', 'b', 'c');
export const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constant('pass' as const), ms: fc.oneof(fc.nat(1500), fc.nat(20_000), fc.nat(100_000)) }),
  fc.record({ kind: fc.constantFrom('enter' as const, 'enter' as const, 'exit' as const), room, user: fc.constantFrom('u', 'v', 'w') }),
  fc.record({ kind: fc.constantFrom('connect' as const, 'disconnect' as const) }),
  fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), room }),
  fc.record({
    kind: fc.constant('deliver' as const),
    room,
    ms: fc.double({ min: 0, max: 500, noNaN: true }),
    count: fc.integer({ min: 1, max: 99 }),
  }),
  fc.record({ kind: fc.constant('drop' as const), reason: fc.constantFrom<DropReason>('rate_limited', 'too_big') }),
  fc.record({ kind: fc.constant('away' as const), isAway: fc.boolean() }),
);

/** The independent way: every millisecond event kept, every second and every user looked at. */
export class Recount {
  readonly facts: NamedLiveFact[] = [];
  readonly #open = new Map<string, { room: string; user: string; from: number }[]>();
  #connections = 0;
  readonly #here: { room: string; user: string; from: number; to: number }[] = [];

  /** Of one user in one room, as many as entered. */
  enter(roomId: string, user: string, now: number): void {
    const key = `${roomId} ${user}`;
    this.#open.set(key, [...(this.#open.get(key) ?? []), { room: roomId, user, from: now }]);
  }

  /** False: there is none to leave. */
  exit(roomId: string, user: string, now: number): boolean {
    const gone = this.#open.get(`${roomId} ${user}`)?.shift();
    if (gone !== undefined) this.#here.push({ ...gone, to: now });
    return gone !== undefined;
  }

  connect(by: number): boolean {
    if (this.#connections + by < 0) return false;
    this.#connections += by;
    return true;
  }

  /** The whole seconds of (from, to]; nothing happened between. */
  pass(from: number, to: number): void {
    for (let second = Math.floor(from / 1000) + 1; second * 1000 <= to; second++) {
      const t = second * 1000;
      this.facts.push({ kind: 'connections', room: undefined, t, samples: 1, sum: this.#connections, max: this.#connections });
      for (const each of ['a', 'b', 'c']) {
        const open = [...this.#open.values()].flat().filter(({ room: of }) => of === each).length;
        if (open > 0) this.facts.push({ kind: 'connections', room: each, t, samples: 1, sum: open, max: open });
      }
    }
  }

  end(now: number): NamedLiveFact[] {
    const here = [...this.#here, ...[...this.#open.values()].flat().map((each) => ({ ...each, to: now }))];
    for (const { room: of, user, from, to } of here)
      for (let minute = Math.floor(from / MINUTE); minute * MINUTE <= to; minute++)
        this.facts.push({ kind: 'present', room: of, t: minute * MINUTE, user });
    return this.facts;
  }
}

export function happen(each: Happening, { clock, sink, live }: ReturnType<typeof bench>, recount: Recount): void {
  const now = clock.now();
  switch (each.kind) {
    case 'pass':
      clock.advance(each.ms);
      return recount.pass(now, clock.now());
    case 'enter':
      recount.enter(each.room, each.user, now);
      return live.entered(each.room, each.user);
    case 'exit':
      if (recount.exit(each.room, each.user, now)) live.exited(each.room, each.user);
      return;
    case 'connect':
      recount.connect(1);
      return live.connected();
    case 'disconnect':
      if (recount.connect(-1)) live.disconnected();
      return;
    case 'join':
      recount.facts.push({ kind: 'moved', room: each.room, t: now, joins: 1, leaves: 0 });
      return live.joined(each.room);
    case 'leave':
      recount.facts.push({ kind: 'moved', room: each.room, t: now, joins: 0, leaves: 1 });
      return live.left(each.room);
    case 'deliver':
      recount.facts.push({ kind: 'latency', room: each.room, t: now, bins: [clampedBinOf(each.ms), each.count], maxMs: each.ms });
      return live.delivered(each.room, each.ms, each.count);
    case 'drop':
      recount.facts.push({ kind: 'drops', t: now, reason: REASON_NUMBERS[each.reason], count: 1 });
      return live.dropped(each.reason);
    case 'away':
      sink.isAway = each.isAway;
  }
}

/** Rooms' joins, leaves and latencies told of all rooms; connections of all rooms; presence of each. */
export function overAll(facts: readonly NamedLiveFact[]): NamedLiveFact[] {
  return facts.flatMap((fact): NamedLiveFact[] => {
    if (fact.kind === 'moved' || fact.kind === 'latency') return [{ ...fact, room: undefined }];
    return fact.kind === 'connections' && fact.room !== undefined ? [] : [fact];
  });
}

export const ofRoom = (facts: readonly NamedLiveFact[], of: string): NamedLiveFact[] =>
  facts.filter((fact) => 'room' in fact && fact.room === of);
