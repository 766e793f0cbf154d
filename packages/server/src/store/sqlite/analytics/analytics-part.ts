import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LiveFact } from '../../../analytics/engine/live-facts.ts';
import type { EngineStore, MessageFact, NamedRepair, NoticeFact, RepairRequest } from '../../../analytics/engine/ports.ts';
import type { Lived, NamedLiveFact } from '../../../analytics/live-facts-sink.ts';
import { ALL_ROOMS } from '../../../analytics/rollup/port.ts';
import type { Dictionary } from '../dictionary.ts';
import type { Derived, Span } from '../merge.ts';
import { TYPE } from '../rows.ts';
import { many, preparer } from '../statements.ts';
import { UserIds } from '../user-ids.ts';
import { ANALYTICS_STEP } from './counted.ts';
import { CountingSpan } from './counting-span.ts';
import { SqliteEngineStore } from './engine-store.ts';
import { PieceSize } from './piece-size.ts';
import { StandingConnections } from './standing-connections.ts';
import { Uncounted } from './uncounted.ts';

/** What the writer asks of an analytics engine, each time in a transaction. */
export interface Engine {
  take(messages: Iterable<MessageFact>): void;
  takeNotices(notices: Iterable<NoticeFact>): void;
  takeLive(facts: Iterable<LiveFact>): void;
  /** True when nothing waits for repair. */
  repair(reads: number, isOver: () => boolean): boolean;
  beginRepair(request: RepairRequest): boolean;
  readonly lastRepair: NamedRepair | undefined;
  tick(heardUntil?: number): void;
  /** The transaction was rolled back. */
  drop(): void;
}

export interface AnalyticsOptions {
  readonly makeEngine: (store: EngineStore) => Engine;
  /** Milliseconds of CPU that this thread has taken: other than time, it does not depend on what else runs. */
  readonly cpuMs: () => number;
  /** Entries of a piece at most: fewer for tests, whose logs are short. */
  readonly maxPiece?: number;
}

const NOTICES_AT_ONCE = 2000;
/** Of up to 500 messages each. */
const READS_AT_ONCE = 4;
/** Of repairs, after which no other is begun: chat waits for the end. */
const REPAIR_MS = 10;

/** The place of analytics in the writer: a step of its merges, and what else is counted in its transactions. */
export class AnalyticsPart implements Derived {
  readonly name = ANALYTICS_STEP;
  readonly isAlone = true;
  readonly #store: SqliteEngineStore;
  readonly #engine: Engine;
  readonly #span: CountingSpan;
  readonly #uncounted: Uncounted;
  readonly #pieces: PieceSize;
  readonly #standing: StandingConnections;
  readonly #cpuMs: () => number;
  readonly #notices: StatementSync;
  readonly #removeNotices: StatementSync;

  constructor(db: DatabaseSync, { makeEngine, cpuMs, maxPiece }: AnalyticsOptions) {
    const prepare = preparer(db);
    const users = new UserIds(db);
    this.#store = new SqliteEngineStore(db, users);
    this.#span = new CountingSpan(db, users, maxPiece);
    this.#uncounted = new Uncounted(db);
    this.#engine = makeEngine(this.#store);
    this.#pieces = new PieceSize(cpuMs, maxPiece);
    this.#cpuMs = cpuMs;
    this.#standing = new StandingConnections(db);
    this.#notices = prepare(`select row, room, type, t from uncounted_notices order by row limit ${NOTICES_AT_ONCE}`);
    this.#removeNotices = prepare('delete from uncounted_notices where row <= ?');
  }

  apply({ after, through: to }: Span): number {
    let through = after;
    this.#pieces.measure(() => {
      const size = this.#pieces.of(this.#span.waiting(after, to));
      const { messages, counted } = this.#span.next(after, to, size);
      this.#store.history.counted = counted;
      this.#engine.take(messages);
      this.#store.settle();
      through = counted.through;
      return messages.length;
    });
    return through;
  }

  /** Counts a piece of the notices that wait; with `andRepair` repairs a piece when none does. True when nothing is left. */
  tend(andRepair: boolean): boolean {
    const notices = many(this.#notices) as [row: number, room: number, type: number, t: number][];
    const last = notices.at(-1);
    if (last === undefined) return !andRepair || this.#repair();
    this.#engine.takeNotices(notices.map(([, room, type, t]) => ({ room, kind: type === TYPE.join ? 'join' : 'leave', t })));
    this.#removeNotices.run(last[0]);
    return false;
  }

  /** False: one is running. */
  beginRepair(request: RepairRequest): boolean {
    return this.#engine.beginRepair(request);
  }

  get lastRepair(): NamedRepair | undefined {
    return this.#engine.lastRepair;
  }

  tick(): void {
    this.#asOfNow().tick(this.#uncounted.since());
  }

  takeLive(facts: readonly NamedLiveFact[], { standing, until }: Lived, rooms: Dictionary, users: Dictionary): void {
    this.#engine.takeLive(facts.map((fact) => numbered(fact, rooms, users)));
    for (const { room, second, connections } of standing) this.#standing.put(rooms.number(room), second, connections);
    if (until !== undefined) this.#standing.livedUntil(until);
  }

  /** Counts what stood when the run before ended, up to where it was known to live. */
  takeStanding(): void {
    this.#engine.takeLive(this.#standing.take());
  }

  /** After a rollback. */
  forget(): void {
    this.#engine.drop();
    this.#store.forget();
    this.#span.forget();
  }

  #repair(): boolean {
    const until = this.#cpuMs() + REPAIR_MS;
    const isOver = () => this.#cpuMs() >= until;
    const engine = this.#asOfNow();
    for (;;) {
      const isDone = engine.repair(READS_AT_ONCE, isOver);
      this.#store.settle();
      if (isDone || isOver()) return isDone;
    }
  }

  #asOfNow(): Engine {
    this.#store.history.counted = this.#span.read();
    return this.#engine;
  }
}

function numbered(fact: NamedLiveFact, rooms: Dictionary, users: Dictionary): LiveFact {
  if (fact.kind === 'drops') return fact;
  if (fact.kind === 'present') return { ...fact, room: rooms.number(fact.room), user: users.number(fact.user) };
  return { ...fact, room: fact.room === undefined ? ALL_ROOMS : rooms.number(fact.room) };
}
