import { clampedBinOf } from './bins.ts';
import { COLUMN, type Column, type Kind, type MaxColumn, type SumColumn } from './columns.ts';
import type { CountsSegment } from './counts-segment.ts';
import { containerOf, containerStart, LEVELS, type Level, quarterOfMonth, SLOT_MS } from './levels.ts';
import type { NumberCounts } from './number-counts.ts';
import type { PendingNewcomers } from './pending-newcomers.ts';
import type { PendingSlots } from './pending-slots.ts';
import type { PendingUsers } from './pending-users.ts';
import { ALL_ROOMS, type Family, type RollupKey } from './port.ts';
import type { QuantilesSegment } from './quantiles-segment.ts';
import type { RankedSegment } from './ranked-segment.ts';
import { CHUNK_USERS, chunkOf, entryKey } from './user-body.ts';

type Open<C> = (key: RollupKey, isChange: boolean) => C;

export interface Openers {
  readonly counts: Open<PendingSlots<CountsSegment>>;
  readonly quantiles: Open<PendingSlots<QuantilesSegment>>;
  readonly ranked: Open<PendingSlots<RankedSegment>>;
  readonly users: Open<PendingUsers>;
  readonly newcomers: Open<PendingNewcomers>;
}

export type RankedFamily = 'terms' | 'emoji' | 'drops';

/** Never added to: most places have no presence. */
const NONE = new Map<number, NumberCounts>();

/** Slots of a level that are at hand: a message may change the session that its author began hours before. */
const MOST_SLOTS = 16;

/** What of a slot is open for changes. */
class OpenSlot {
  readonly slot: number;
  /** Instants. */
  readonly start: number;
  readonly end: number;
  counts: CountsSegment | undefined = undefined;
  quantiles: QuantilesSegment | undefined = undefined;
  terms: RankedSegment | undefined = undefined;
  emoji: RankedSegment | undefined = undefined;
  drops: RankedSegment | undefined = undefined;

  constructor(slot: number, start: number, end: number) {
    this.slot = slot;
    this.start = start;
    this.end = end;
  }
}

const NO_SLOT = new OpenSlot(-1, Number.NaN, Number.NaN);

/** The place at one level: its slot, and what of its container is open for changes. */
class Spot {
  readonly level: Level;
  container = Number.NaN;
  open = NO_SLOT;
  /** By chunk. */
  users = NONE;
  presence = NONE;
  rooms: NumberCounts | undefined = undefined;
  /** The next that is active: a list that is gone through several times a message. */
  next: Spot | undefined = undefined;
  #containerStart = Number.NaN;
  #containerEnd = Number.NaN;
  readonly #slots = new Array<OpenSlot>(MOST_SLOTS).fill(NO_SLOT);

  constructor(level: Level) {
    this.level = level;
  }

  get slot(): number {
    return this.open.slot;
  }

  move(t: number): void {
    if (t >= this.open.start && t < this.open.end) return;
    if (!(t >= this.#containerStart && t < this.#containerEnd)) {
      this.container = containerOf(this.level, t);
      this.#containerStart = containerStart(this.level, this.container);
      this.#containerEnd = containerStart(this.level, this.container + 1);
      this.users = NONE;
      this.presence = NONE;
      this.rooms = undefined;
      this.#slots.fill(NO_SLOT);
    }
    const size = SLOT_MS[this.level];
    const slot = Math.floor((t - this.#containerStart) / size);
    let open = this.#slots[slot % MOST_SLOTS] ?? NO_SLOT;
    if (open.slot !== slot) {
      const start = this.#containerStart + slot * size;
      open = new OpenSlot(slot, start, start + size);
      this.#slots[slot % MOST_SLOTS] = open;
    }
    this.open = open;
  }
}

/** An instant in a scope, at one to three levels. Each method changes all of them that keep its family; amounts are whole, negative ones take back. */
export class RollupPlace {
  readonly #scope: number;
  readonly #open: Openers;
  readonly #spots: readonly Spot[] = LEVELS.map((level) => new Spot(level));
  #levels: readonly Level[] = [];
  /** The first spot of these levels, and the first of them that ranks words: not the minute, which is the very first. */
  #active: Spot | undefined = undefined;
  #lasting: Spot | undefined = undefined;
  #t = 0;

  constructor(scope: number, open: Openers) {
    this.#scope = scope;
    this.#open = open;
  }

  move(t: number, levels: readonly Level[]): void {
    this.#t = t;
    if (levels !== this.#levels) {
      this.#levels = levels;
      this.#active = undefined;
      for (const spot of this.#spots.toReversed()) {
        if (!levels.includes(spot.level)) continue;
        spot.next = this.#active;
        this.#active = spot;
      }
      this.#lasting = this.#active?.level === 'minute' ? this.#active.next : this.#active;
    }
    for (let spot = this.#active; spot !== undefined; spot = spot.next) spot.move(t);
  }

  add(column: SumColumn, amount: number): void {
    for (let spot = this.#active; spot !== undefined; spot = spot.next) {
      const { columns } = spot.open.counts ?? this.#openCounts(spot);
      columns[column] = (columns[column] ?? 0) + amount;
      if (column === COLUMN.messages) this.#addOfRoom(spot, amount);
    }
  }

  /** The same amount to each. */
  addEach(added: readonly SumColumn[], amount: number): void {
    for (let spot = this.#active; spot !== undefined; spot = spot.next) {
      const { columns } = spot.open.counts ?? this.#openCounts(spot);
      for (let i = 0; i < added.length; i++) {
        const column = added[i] ?? 0;
        columns[column] = (columns[column] ?? 0) + amount;
        if (column === COLUMN.messages) this.#addOfRoom(spot, amount);
      }
    }
  }

  raise(column: MaxColumn, value: number): void {
    for (let spot = this.#active; spot !== undefined; spot = spot.next) {
      const { columns } = spot.open.counts ?? this.#openCounts(spot);
      if (value > (columns[column] ?? 0)) columns[column] = value;
    }
  }

  /** For recomputed values. */
  set(column: Column, value: number): void {
    for (let spot = this.#active; spot !== undefined; spot = spot.next) {
      const { columns } = spot.open.counts ?? this.#openCounts(spot);
      if (column === COLUMN.messages) this.#addOfRoom(spot, value - (columns[column] ?? 0));
      columns[column] = value;
    }
  }

  /** As it stands, changes included. `level`: one of the place's. */
  value(level: Level, column: Column): number {
    const spot = this.#spotOf(level);
    const segment = spot.open.counts ?? this.#open.counts(this.#key(spot, 'counts', 0), false).read(spot.slot);
    return segment.columns[column] ?? 0;
  }

  /** `value`: finite, in the kind's unit; below 0 counts as 0. */
  measure(kind: Kind, value: number, weight: number): void {
    this.addBin(kind, clampedBinOf(value), weight);
  }

  /** `bin`: as forEachBin names it. */
  addBin(kind: Kind, bin: number, weight: number): void {
    for (let spot = this.#active; spot !== undefined; spot = spot.next)
      (spot.open.quantiles ?? this.#openQuantiles(spot)).kinds[kind]?.add(bin, weight);
  }

  /** As they stand, changes included, upwards. `level`: one of the place's. */
  forEachBin(level: Level, kind: Kind, visit: (bin: number, weight: number) => void): void {
    const spot = this.#spotOf(level);
    const segment = spot.open.quantiles ?? this.#open.quantiles(this.#key(spot, 'quantiles', 0), false).read(spot.slot);
    segment.kinds[kind]?.forEach(visit);
  }

  /** Beside the measured latencies: it stands only as long as there are any. */
  raiseLatencyMax(latencyMs: number): void {
    const micros = Math.max(0, Math.round(latencyMs * 1000));
    for (let spot = this.#active; spot !== undefined; spot = spot.next) {
      const segment = spot.open.quantiles ?? this.#openQuantiles(spot);
      segment.latencyMax = Math.max(segment.latencyMax, micros);
    }
  }

  /** Messages of a user; at 0 the user was not there. */
  user(user: number, messages: number): void {
    const chunk = chunkOf(user);
    for (let spot = this.#active; spot !== undefined; spot = spot.next) {
      const changes = spot.users.get(chunk) ?? this.#openUsers(spot, 'users', chunk);
      changes.add(entryKey(user, spot.slot), messages);
    }
  }

  /** The user was connected to the room. */
  present(user: number): void {
    const chunk = chunkOf(user);
    for (let spot = this.#active; spot !== undefined; spot = spot.next) {
      const changes = spot.presence.get(chunk) ?? this.#openUsers(spot, 'presence', chunk);
      changes.add(entryKey(user, spot.slot), 1);
    }
  }

  /** The user's first message lies here. */
  addNewcomer(user: number): void {
    const open = this.#openNewcomers(user);
    open?.set(user % CHUNK_USERS, quarterOfMonth(this.#t));
  }

  /** It no longer does. */
  removeNewcomer(user: number): void {
    this.#openNewcomers(user)?.remove(user % CHUNK_USERS, quarterOfMonth(this.#t));
  }

  /** `number`: of a term, an emoji, a reason. */
  rank(family: RankedFamily, number: number, amount: number): void {
    this.rankAll(family, [number], amount);
  }

  /** The same amount of each. */
  rankAll(family: RankedFamily, numbers: readonly number[], amount: number): void {
    if (numbers.length === 0) return;
    for (let spot = family === 'drops' ? this.#active : this.#lasting; spot !== undefined; spot = spot.next)
      (spot.open[family] ?? this.#openRanked(spot, family)).addAll(numbers, amount);
  }

  /** Messages of a room are counted among those of all rooms as well. */
  #addOfRoom(spot: Spot, messages: number): void {
    if (this.#scope === ALL_ROOMS || spot.level === 'minute' || messages === 0) return;
    spot.rooms ??= this.#openRooms(spot);
    spot.rooms.add(entryKey(this.#scope, spot.slot), messages);
  }

  #openRooms({ level, container }: Spot): NumberCounts {
    return this.#open.users({ family: 'rooms', scope: ALL_ROOMS, level, container, chunk: chunkOf(this.#scope) }, true).changes;
  }

  #openCounts(spot: Spot): CountsSegment {
    const segment = this.#open.counts(this.#key(spot, 'counts', 0), true).change(spot.slot);
    spot.open.counts = segment;
    return segment;
  }

  #openQuantiles(spot: Spot): QuantilesSegment {
    const segment = this.#open.quantiles(this.#key(spot, 'quantiles', 0), true).change(spot.slot);
    spot.open.quantiles = segment;
    return segment;
  }

  #openRanked(spot: Spot, family: RankedFamily): RankedSegment {
    const segment = this.#open.ranked(this.#key(spot, family, 0), true).change(spot.slot);
    spot.open[family] = segment;
    return segment;
  }

  #openUsers(spot: Spot, family: 'users' | 'presence', chunk: number): NumberCounts {
    const { changes } = this.#open.users(this.#key(spot, family, chunk), true);
    if (spot[family] === NONE) spot[family] = new Map();
    spot[family].set(chunk, changes);
    return changes;
  }

  #openNewcomers(user: number): PendingNewcomers | undefined {
    const spot = this.#activeAt('day');
    return spot && this.#open.newcomers(this.#key(spot, 'newcomers', chunkOf(user)), true);
  }

  #key({ level, container }: Spot, family: Family, chunk: number): RollupKey {
    return { family, scope: this.#scope, level, container, chunk };
  }

  #spotOf(level: Level): Spot {
    const spot = this.#activeAt(level);
    if (spot === undefined) throw new RangeError(`the place is at no ${level}`);
    return spot;
  }

  #activeAt(level: Level): Spot | undefined {
    let spot = this.#active;
    while (spot !== undefined && spot.level !== level) spot = spot.next;
    return spot;
  }
}
