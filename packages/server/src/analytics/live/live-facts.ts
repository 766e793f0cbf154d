import type { DropReason, EventSink } from '../../events.ts';
import type { Clock } from '../../util/clock.ts';
import type { LiveFactsSink, NamedLiveFact } from '../live-facts-sink.ts';
import { MINUTE_MS } from '../rollup/levels.ts';
import { FactWriter, type WriteLimits } from './fact-writer.ts';
import { Gauge, type Sample } from './gauge.ts';
import { OpenSecond } from './open-second.ts';
import { overAllRooms } from './over-all-rooms.ts';
import type { LiveOverlay, LiveSeconds } from './ports.ts';
import { RoomAudience } from './room-audience.ts';
import { SecondRing } from './second-ring.ts';
import { factsOf, type Room, samplesOf, Unwritten, type UnwrittenLimits } from './unwritten.ts';

export interface LiveFactsLimits extends UnwrittenLimits, WriteLimits {
  /** Rooms that are told apart within one second. */
  readonly rooms: number;
  /** Of the seconds of rooms. */
  readonly ringBytes: number;
}

const LIMITS: LiveFactsLimits = {
  rooms: 10_000,
  ringBytes: 32 * 2 ** 20,
  tallies: 20_000,
  users: 200_000,
  minutes: 1440,
  writeTallies: 300,
  writeUsers: 1000,
};

interface LiveFactsDeps {
  readonly clock: Clock;
  readonly sink: LiveFactsSink;
  readonly onBug: (error: unknown) => void;
  readonly limits?: Partial<LiveFactsLimits>;
}

const SECOND_MS = 1000;
/** So that what an answer counts as complete survives a kill. */
const WRITE_EVERY = 2;
/** A round over everyone who is there takes half a minute at most. */
const TICKS_PER_ROUND = 30;
const LEAST_PER_TICK = 1000;

/**
 * What happens without messages: joins, leaves, presence, connections, latencies and drops, by minute for the store and by second for
 * the last 15 minutes. An event costs a few additions in the tally of its second; those of a second are then added to its minute. Each
 * minute's presence is told while it lasts, so that nothing has to be closed when a node dies. Bounded by its limits and by who is here.
 */
export class LiveFacts implements EventSink, LiveOverlay, LiveSeconds {
  readonly #clock: Clock;
  readonly #maxRooms: number;
  readonly #unwritten: Unwritten;
  readonly #writer: FactWriter;
  readonly #ring: SecondRing;
  readonly #stopTicking: () => void;
  /** Open connections. */
  readonly #connections: Gauge;
  /** Rooms with somebody in them. */
  readonly #audiences = new Map<string, RoomAudience>();
  /** Users over all rooms. */
  #members = 0;
  #open: OpenSecond;
  #ticks = 0;
  #tickMinute: number;
  #roundMinute: number;
  #round: Iterator<void, void> | undefined;

  constructor({ clock, sink, onBug, limits: own }: LiveFactsDeps) {
    const limits = { ...LIMITS, ...own };
    const second = Math.floor(clock.now() / SECOND_MS);
    this.#clock = clock;
    this.#maxRooms = limits.rooms;
    this.#unwritten = new Unwritten(limits);
    this.#writer = new FactWriter(this.#unwritten, sink, onBug, limits, second);
    this.#ring = new SecondRing(limits.ringBytes, second + 1);
    this.#connections = new Gauge(second);
    this.#open = new OpenSecond(second, limits.rooms);
    this.#tickMinute = minuteOf(second);
    this.#roundMinute = this.#tickMinute;
    this.#stopTicking = clock.every(SECOND_MS, () => this.#tick());
  }

  /** Facts that were given up: more than the limits hold, or refused by the sink for good. */
  get lost(): number {
    return this.#writer.lost;
  }

  connected(): void {
    this.#connect(1);
  }

  disconnected(): void {
    this.#connect(-1);
  }

  entered(roomId: string, userId: string): void {
    const { second } = this.#now();
    let audience = this.#audiences.get(roomId);
    if (audience === undefined) {
      audience = new RoomAudience(roomId, second, this.#unwritten);
      this.#audiences.set(roomId, audience);
    }
    this.#members -= audience.size;
    audience.enter(userId, second);
    this.#members += audience.size;
    this.#open.change(roomId, 1);
  }

  exited(roomId: string, userId: string): void {
    const { second } = this.#now();
    const audience = this.#audiences.get(roomId);
    if (audience === undefined) return;
    this.#members -= audience.size;
    if (audience.exit(userId, second)) this.#open.change(roomId, -1);
    this.#members += audience.size;
    if (audience.size === 0) this.#audiences.delete(roomId);
  }

  joined(roomId: string): void {
    this.#now().of(roomId).joins++;
  }

  left(roomId: string): void {
    this.#now().of(roomId).leaves++;
  }

  delivered(roomId: string, latencyMs: number, count: number): void {
    this.#now().of(roomId).deliver(latencyMs, count);
  }

  dropped(reason: DropReason): void {
    this.#now().ofNoRoom().drop(reason, 1);
  }

  accepted(): void {}
  stored(): void {}
  closed(): void {}
  resumed(): void {}
  wrote(): void {}

  get writtenUntil(): number {
    return this.#writer.writtenUntil * SECOND_MS;
  }

  open(room: Room): readonly NamedLiveFact[] {
    this.#bringUpToDate(room);
    const minute = minuteOf(this.#open.second);
    if (room === undefined) return overAllRooms(this.#writer.entries(), minute, this.#open.sum());
    const present = this.#open.rooms.get(room);
    const ofRoom = [...factsOf(this.#writer.entriesOf(room)), ...(present?.facts(room, minute * MINUTE_MS) ?? [])];
    return [...ofRoom, ...samplesOf(this.#writer.entriesOf(undefined))];
  }

  seconds(room: Room, fromT: number, toT: number): readonly NamedLiveFact[] {
    const present = this.#now();
    const last = present.second;
    const from = Math.max(Math.ceil(fromT / SECOND_MS), this.#ring.completeSince(room !== undefined, last));
    const end = Math.ceil(toT / SECOND_MS);
    const facts: NamedLiveFact[] = [];
    let connections = (room === undefined ? this.#connections.value : this.#audiences.get(room)?.connections) ?? 0;
    for (let second = last; second >= from; second--) {
      const tally = second < last ? this.#ring.at(second, room) : room === undefined ? present.sum() : present.rooms.get(room);
      // The sample was taken before anything changed within the second.
      connections -= tally?.change ?? 0;
      if (second >= end) continue;
      const t = second * SECOND_MS;
      facts.push({ kind: 'connections', room, t, samples: 1, sum: connections, max: connections });
      if (tally !== undefined) facts.push(...tally.facts(room, t));
    }
    return facts;
  }

  completeSince(room: Room): number {
    return this.#ring.completeSince(room !== undefined, this.#now().second) * SECOND_MS;
  }

  /** Writes what there is, and counts by itself no longer; what the store cannot take now is lost. Never rejects. */
  async stop(): Promise<void> {
    this.#stopTicking();
    this.#bringUpToDate(undefined);
    for (const audience of this.#audiences.values()) audience.advance(this.#open.second);
    this.#closeSecond(this.#open.second);
    await this.#writer.writeRest(this.#open.second);
  }

  /** The second in progress; any before is closed. */
  #now(): OpenSecond {
    const second = Math.floor(this.#clock.now() / SECOND_MS);
    if (second !== this.#open.second) this.#closeSecond(second);
    return this.#open;
  }

  /** Adds the second's tallies to those of its minute and keeps them in the ring. */
  #closeSecond(next: number): void {
    const { second, rooms, others, areAllRooms, isEmpty } = this.#open;
    if (!isEmpty) {
      const minute = minuteOf(second);
      for (const [room, tally] of rooms) this.#unwritten.at(minute, room)?.add(tally);
      if (others !== undefined) this.#unwritten.at(minute, undefined)?.add(others);
      this.#ring.close(second, this.#open.sum(), rooms, areAllRooms);
    }
    this.#open = new OpenSecond(next, this.#maxRooms);
  }

  #connect(by: 1 | -1): void {
    const open = this.#now();
    this.#connections.advance(open.second, this.#sampleAll);
    this.#connections.change(by);
    open.ofNoRoom().change += by;
  }

  readonly #sampleAll: Sample = (minute, seconds, value) => this.#unwritten.at(minute, undefined)?.sample(seconds, value);

  #tick(): void {
    const { second } = this.#now();
    this.#connections.advance(second, this.#sampleAll);
    this.#beginRound(second);
    this.#goRound(Math.max(LEAST_PER_TICK, (this.#members + this.#audiences.size) / TICKS_PER_ROUND));
    this.#ticks++;
    const isMinuteOver = minuteOf(second) !== this.#tickMinute;
    this.#tickMinute = minuteOf(second);
    if (isMinuteOver || this.#ticks % WRITE_EVERY === 0) void this.#writer.write(second);
  }

  /** Once a minute everybody who is there is told of, and the connections of each room are sampled: a piece at each tick. */
  #beginRound(second: number): void {
    const minute = minuteOf(second);
    if (minute === this.#roundMinute) return;
    // One that is not over need not be: whoever it did not come to is told of for the minute before as well.
    this.#roundMinute = minute;
    this.#round = this.#visitAll();
  }

  #goRound(steps: number): void {
    for (let left = steps; left > 0 && this.#round !== undefined; left--) if (this.#round.next().done) this.#round = undefined;
  }

  *#visitAll(): Generator<void, void> {
    for (const audience of this.#audiences.values()) {
      audience.advance(this.#open.second);
      yield* audience.tellAll(this.#open.second);
      yield;
    }
  }

  /** So that what is unwritten tells all about the room, or of all rooms everything but each one's connections. */
  #bringUpToDate(room: Room): void {
    const { second } = this.#now();
    this.#connections.advance(second, this.#sampleAll);
    if (room === undefined) {
      this.#beginRound(second);
      this.#goRound(Number.POSITIVE_INFINITY);
      return;
    }
    const audience = this.#audiences.get(room);
    if (audience === undefined) return;
    audience.advance(second);
    for (const _ of audience.tellAll(second));
  }
}

const minuteOf = (second: number): number => Math.floor((second * SECOND_MS) / MINUTE_MS);
