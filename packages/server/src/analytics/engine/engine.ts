import type { Change } from '../derive/dirty-ranges.ts';
import type { MomentSpan } from '../derive/moment-scan.ts';
import { MOMENT_BUCKET_MS } from '../derive/moment-scan.ts';
import { momentStory } from '../derive/moment-story.ts';
import { MomentWatch } from '../derive/moment-watch.ts';
import { compareOrder, endOf, type Order, startOf } from '../derive/order.ts';
import { READ_AHEAD, restoreFlow } from '../derive/restore-flow.ts';
import { COLUMN } from '../rollup/columns.ts';
import { containerOf, HOUR_MS, type Level } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { RollupDeltas } from '../rollup/rollup-deltas.ts';
import { readText } from '../text/index.ts';
import { countMessage, partsOf } from './count-message.ts';
import { dirtOfChanges, finish } from './late-changes.ts';
import { countLive, type LiveFact } from './live-facts.ts';
import { type AlsoAt, LiveSink } from './live-sink.ts';
import { type Hole, lowerLongest } from './longest.ts';
import { Mending } from './mending.ts';
import { nameRepair } from './name-repair.ts';
import type { EngineStore, MessageFact, NamedRepair, NoticeFact, RepairRequest } from './ports.ts';
import { Repairs } from './repairs.ts';
import { type RoomLife, RoomLives } from './room-lives.ts';

export interface EngineOptions {
  /** Wall clock, ms. */
  readonly now: () => number;
  /** How long minutes are kept. */
  readonly minutesKeptMs: number;
  /** Rooms whose newest messages are held in memory. */
  readonly maxRooms: number;
}

const termsOf = (content: string): readonly string[] => readText(content).terms;
const IDLE_MS = HOUR_MS;
/** A bucket of moments is closed this long after its end, so that messages on their way to the store find it open. */
const CLOSING_LAG_MS = 2000;
const ALL_LEVELS: readonly Level[] = ['minute', 'quarter', 'day'];
const KEPT_FOR_EVER: readonly Level[] = ['quarter', 'day'];

/**
 * From stored messages to kept summaries. Every call belongs to a transaction of the caller's: what it puts is there with the messages
 * that it was given, or not at all (then `drop`). Each message is given once, in any order. What concerns a message alone is counted at
 * once wherever its time lies; what depends on neighbours is counted at once for messages in their room's order, and otherwise noted as
 * dirt, which `repair` recomputes from the stored messages.
 */
export class AnalyticsEngine {
  readonly #store: EngineStore;
  readonly #options: EngineOptions;
  readonly #deltas: RollupDeltas;
  readonly #lives: RoomLives;
  readonly #sink: LiveSink;
  readonly #repairs: Repairs;
  readonly #mending: Mending;
  #heardUntil = Number.POSITIVE_INFINITY;
  #minutesFrom = Number.POSITIVE_INFINITY;

  constructor(store: EngineStore, options: EngineOptions) {
    this.#store = store;
    this.#options = options;
    this.#deltas = new RollupDeltas(store.rollups);
    this.#lives = new RoomLives(options.maxRooms, IDLE_MS);
    this.#mending = new Mending(store, {
      now: options.now,
      minutesKeptMs: options.minutesKeptMs,
      onPut: () => this.#deltas.drop(),
      openFrom: (room) => this.#openFrom(room),
      addDirt: (room, dirt) => this.#repairs.add(room, dirt),
    });
    const alsoAt: AlsoAt = (room, t, levels) => this.#mending.derivedAt(room, t, levels);
    this.#sink = new LiveSink(this.#deltas, (t) => this.#levelsAt(t), alsoAt);
    this.#repairs = new Repairs(store, this.#deltas, {
      isKept: (level, t) => this.#levelsAt(t).includes(level),
      openFrom: (room) => this.#openFrom(room),
      alsoAt,
      onMoments: (room, old, found) => this.#mending.rewritten(room, old, found),
      story: (room, span) => finish(momentStory(room, span, store.history, termsOf)),
    });
  }

  /** Below zero or unreadable: both mean a fault, and are 0 else. */
  get faults(): number {
    return this.#deltas.shortfalls + this.#deltas.corrupt;
  }

  /** Rooms in memory. */
  get rooms(): number {
    return this.#lives.size;
  }

  take(messages: Iterable<MessageFact>): void {
    this.#readClock();
    for (const [room, own] of byRoom(messages)) {
      own.sort(compareOrder);
      const life = this.#lifeOf(room);
      const changes: Change[] = [];
      for (const message of own) {
        this.#count(message, 1);
        if (!this.#derive(life, message)) changes.push({ kind: 'moved', message });
      }
      this.#settle(life);
      this.#note(room, changes, life.openT);
    }
    this.#deltas.flush();
  }

  /** The messages stood and are no longer in the history. */
  remove(messages: Iterable<MessageFact>): void {
    this.#readClock();
    const holes: Hole[] = [];
    for (const [room, own] of byRoom(messages)) {
      for (const message of own) {
        holes.push({ room, t: message.t, length: this.#count(message, -1) });
        for (const scope of [room, ALL_ROOMS]) this.#deltas.at(scope, message.t, this.#levelsAt(message.t)).add(COLUMN.deleted, 1);
      }
      this.#note(
        room,
        own.map((message) => ({ kind: 'moved', message })),
        this.#store.newest(room)?.t,
      );
    }
    this.#deltas.flush();
    lowerLongest(holes, this.#store, this.#deltas, (t) => this.#levelsAt(t));
  }

  takeNotices(notices: Iterable<NoticeFact>): void {
    this.#readClock();
    for (const { room, kind, t } of notices)
      for (const scope of [room, ALL_ROOMS])
        this.#deltas.at(scope, t, this.#levelsAt(t)).add(kind === 'join' ? COLUMN.joins : COLUMN.leaves, 1);
    this.#deltas.flush();
  }

  /** What happens without messages: presence, connections, latencies, drops. */
  takeLive(facts: Iterable<LiveFact>): void {
    this.#readClock();
    for (const fact of facts) countLive(fact, this.#deltas, this.#levelsAt(fact.t));
    this.#deltas.flush();
  }

  /**
   * Closes the buckets of moments whose time is over, and forgets what is idle or too old. To be called about once a second. `heardUntil`: the
   * time (ms) of the oldest message that waits to be given in its room's order.
   */
  tick(heardUntil = Number.POSITIVE_INFINITY): void {
    this.#readClock();
    const now = this.#options.now();
    this.#heardUntil = heardUntil;
    for (const room of this.#store.openRooms()) {
      const life = this.#lifeOf(room);
      if (life.watch === undefined) this.#resume(room);
      if (life.watch?.wakeAt !== undefined && life.watch.wakeAt > this.#closedT()) continue;
      this.#close(life);
    }
    this.#lives.forgetIdle(now);
    this.#store.pruneMinutes(containerOf('minute', now - this.#options.minutesKeptMs));
    this.#deltas.flush();
  }

  /** The last that was asked for, running or over. */
  get lastRepair(): NamedRepair | undefined {
    return this.#mending.repair && nameRepair(this.#mending.repair, this.#store);
  }

  /** Has what is kept counted again, and put right, by calls of `repair`. False: one is running. */
  beginRepair(request: RepairRequest): boolean {
    return this.#mending.begin(request);
  }

  /**
   * Repairs a piece of what is dirty, some `messages` long, or, where nothing is, a piece of what was asked for, until `isOver`. True when
   * nothing is left.
   */
  repair(messages: number, isOver: () => boolean = () => true): boolean {
    this.#readClock();
    const room = this.#repairs.step(messages);
    if (room === undefined) return !this.#mending.step(isOver);
    // What is in memory of the room has not seen what the repair did.
    this.#lives.forget(room);
    this.#resume(room);
    this.#deltas.flush();
    return false;
  }

  /** The transaction was rolled back. */
  drop(): void {
    this.#deltas.drop();
    this.#lives.clear();
    this.#repairs.restart();
    this.#mending.dropped();
  }

  #levelsAt(t: number): readonly Level[] {
    return t >= this.#minutesFrom ? ALL_LEVELS : KEPT_FOR_EVER;
  }

  /** From now on minutes are kept from here on: the same within a call. */
  #readClock(): void {
    this.#minutesFrom = this.#options.now() - this.#options.minutesKeptMs;
  }

  #lifeOf(room: number): RoomLife {
    const known = this.#lives.get(room);
    const life = known ?? {
      room,
      newest: this.#store.newest(room),
      isDirty: this.#store.dirtOf(room).some(({ kind }) => kind === 'slots'),
      flow: undefined,
      watch: undefined,
      usedAt: 0,
    };
    return this.#lives.use(life, this.#options.now());
  }

  /** Returns the message's length. */
  #count(message: MessageFact, sign: 1 | -1): number {
    const { room, user, t } = message;
    const parts = partsOf(message, this.#store.words);
    const levels = this.#levelsAt(t);
    for (const scope of [ALL_ROOMS, room]) {
      countMessage(this.#deltas.at(scope, t, levels), parts, sign);
      if (sign > 0) this.#enter(scope, user, t);
      else this.#leave(scope, message);
    }
    this.#mending.counted(message, parts, sign);
    return parts.text.length;
  }

  /** The user's first message in the scope, if this is one. */
  #enter(scope: number, user: number, t: number): void {
    const { firsts } = this.#store;
    const first = firsts.get(scope, user);
    if (first !== undefined && first <= t) return;
    firsts.set(scope, user, t);
    if (first !== undefined) this.#newcomer(scope, user, first, -1);
    this.#newcomer(scope, user, t, 1);
  }

  #leave(scope: number, { user, t }: MessageFact): void {
    const { firsts } = this.#store;
    if (firsts.get(scope, user) !== t) return;
    const next = this.#store.firstMessageOf(scope, user);
    if (next === t) return;
    firsts.set(scope, user, next);
    this.#newcomer(scope, user, t, -1);
    if (next !== undefined) this.#newcomer(scope, user, next, 1);
  }

  #newcomer(scope: number, user: number, t: number, sign: 1 | -1): void {
    const place = this.#deltas.at(scope, t, this.#levelsAt(t));
    place.add(COLUMN.newUsers, sign);
    if (sign > 0) place.addNewcomer(user);
    else place.removeNewcomer(user);
    this.#mending.newcomer(scope, user, t, sign);
  }

  /** False: the message is late, or stands among late ones: its neighbours are to be looked at again. */
  #derive(life: RoomLife, message: MessageFact): boolean {
    const { newest, room } = life;
    const isLate = newest !== undefined && compareOrder(message, newest) <= 0;
    if (!isLate) life.newest = { t: message.t, seq: message.seq, row: message.row };
    if (!isLate && !life.isDirty) {
      const { history } = this.#store;
      life.flow ??= finish(restoreFlow(room, message, history));
      life.flow.advance(message, this.#sink.of(room));
      life.watch ??= this.#watch(room, bucketOf(Math.min(message.t, newest?.t ?? message.t)), message);
      if (life.watch.add(message.t)) return true;
      // The clock closed its bucket, and nothing is stored behind it: what was found there is found again, with the message.
      life.watch = this.#watch(room, bucketOf(message.t), message);
      life.watch.add(message.t);
      return true;
    }
    // Nobody watches the bucket any more that was open.
    if (!life.isDirty) life.openT = newest?.t;
    life.isDirty = true;
    life.flow = undefined;
    life.watch = undefined;
    return false;
  }

  /** From a bucket on, which continues what was found up to it, with the messages that come before a place. */
  #watch(room: number, bucket: number, before: Order): MomentWatch {
    const { history } = this.#store;
    const start = startOf(bucket * MOMENT_BUCKET_MS);
    const openSince = this.#store.momentCovering(room, bucket - 1)?.startBucket;
    const watch = MomentWatch.restore(room, start, openSince, history, (span) => this.#found(room, span));
    for (let after = start; ; ) {
      const page = history.messages(room, after, before, READ_AHEAD);
      for (const { t } of page) watch.add(t);
      after = page.at(-1) ?? after;
      if (page.length < READ_AHEAD) return watch;
    }
  }

  /** Watches a room again whose last buckets may not be closed, though nobody writes in it any more. */
  #resume(room: number): void {
    const life = this.#lifeOf(room);
    if (life.newest === undefined || life.isDirty) return;
    life.watch = this.#watch(room, this.#openFrom(room), endOf(Number.POSITIVE_INFINITY));
    this.#close(life);
  }

  /** Closes what may make or end a moment and is over. */
  #close(life: RoomLife): void {
    life.watch?.closeBefore(this.#closedT());
    this.#settle(life);
  }

  /** What is to be known of the room when it is no longer in memory. */
  #settle({ room, newest, watch }: RoomLife): void {
    if (newest !== undefined) this.#store.setNewest(room, newest, watch?.wakeAt !== undefined);
  }

  /** The first bucket of moments that time or messages in order may still change. */
  #openFrom(room: number): number {
    const newestT = this.#store.newest(room)?.t ?? Number.POSITIVE_INFINITY;
    return bucketOf(Math.min(newestT, this.#closedT()));
  }

  /** The buckets before it are over, and nothing is on its way to them in order. */
  #closedT(): number {
    return Math.min(this.#options.now() - CLOSING_LAG_MS, this.#heardUntil);
  }

  #found(room: number, span: MomentSpan): void {
    const story = finish(momentStory(room, span, this.#store.history, termsOf));
    if (story === undefined) return;
    // What began within it, before a bucket of it was closed a second time.
    for (const start of this.#store.momentsIn(room, span.startBucket + 1, span.endBucket)) this.#store.putMoment(room, start, undefined);
    this.#store.putMoment(room, span.startBucket, { ...span, ...story });
  }

  #note(room: number, changes: readonly Change[], openT?: number): void {
    if (changes.length === 0) return;
    this.#lives.forget(room);
    this.#mending.dirtied(room);
    const dirt = dirtOfChanges(room, changes, this.#store.history);
    if (openT !== undefined) {
      const fromT = bucketOf(openT) * MOMENT_BUCKET_MS;
      dirt.push({ kind: 'moments', room, fromT, toT: fromT + MOMENT_BUCKET_MS });
    }
    this.#repairs.add(room, dirt);
  }
}

const bucketOf = (t: number): number => Math.floor(t / MOMENT_BUCKET_MS);

function byRoom(messages: Iterable<MessageFact>): Map<number, MessageFact[]> {
  const rooms = new Map<number, MessageFact[]>();
  for (const message of messages) {
    const own = rooms.get(message.room);
    if (own === undefined) rooms.set(message.room, [message]);
    else own.push(message);
  }
  return rooms;
}
