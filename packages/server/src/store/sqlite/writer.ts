import type { DatabaseSync } from 'node:sqlite';
import type { AskedRepair, NamedRepair, RepairBeginning } from '../../analytics/engine/ports.ts';
import type { Lived, NamedLiveFact } from '../../analytics/live-facts-sink.ts';
import { systemClock } from '../../util/clock.ts';
import { type AnalyticsOptions, AnalyticsPart } from './analytics/analytics-part.ts';
import { derivedOf } from './derived.ts';
import { Dictionary } from './dictionary.ts';
import { type Failure, toFailure } from './failure.ts';
import { LogLength } from './log-length.ts';
import { Merge } from './merge.ts';
import { migrate } from './migrations.ts';
import type { StoreReport } from './report.ts';
import { FLAT_WIDTH, type FlatRows, TYPE, uuidText } from './rows.ts';
import { prepareWrites } from './statements.ts';

const MAX_ROOMS = 100_000;
/** That a stop has for merging; what is left is merged after the next start. */
const MERGE_AT_STOP_MS = 1500;

export interface WriterOptions {
  /** Of one piece of a merge: fewer for tests, whose logs are short. */
  readonly maxEntries?: number;
  /** Undefined: nothing is counted, which can be made up for later. */
  readonly analytics?: AnalyticsOptions | undefined;
  /** Of migrations. */
  readonly tell?: (report: StoreReport) => void;
  readonly monotonic?: () => number;
}

export interface EpochOpening {
  readonly roomId: string;
  readonly epoch: string;
  readonly firstSeq: number;
}

/** What a batch did: the last entry of the log tells whether it is time to merge. */
export interface Appended {
  /** Index of each repeat; the others were inserted. */
  readonly repeats: readonly number[];
  /** The first of each. */
  readonly firsts: FlatRows;
  readonly last: number;
}

/** One row of a batch with its names as numbers. */
interface Row {
  readonly flat: FlatRows;
  readonly at: number;
  readonly room: number;
  readonly user: number;
}

/**
 * All writes, in the writer's thread. Arguments and results are what may cross threads. A message is committed as a row of the log
 * and an entry in the index of ids; everything else that follows from it is merged later.
 */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepareWrites>;
  readonly #rooms: Dictionary;
  readonly #users: Dictionary;
  readonly #merge: Merge;
  readonly #log: LogLength;
  readonly #analytics: AnalyticsPart | undefined;
  /** The epoch in which each room was last written to, by the room's number. */
  readonly #epochs = new Map<number, { readonly name: string; readonly number: number }>();
  readonly #monotonic: () => number;

  constructor(db: DatabaseSync, { maxEntries, analytics, tell, monotonic = systemClock.monotonic }: WriterOptions = {}) {
    migrate(db, tell);
    this.#db = db;
    this.#monotonic = monotonic;
    this.#sql = prepareWrites(db);
    this.#log = new LogLength(db);
    this.#rooms = new Dictionary(this.#sql.roomId, this.#sql.addRoom);
    this.#users = new Dictionary(this.#sql.userId, this.#sql.addUser);
    this.#analytics = analytics && new AnalyticsPart(db, analytics);
    this.#merge = new Merge(db, [...derivedOf(db), ...(this.#analytics === undefined ? [] : [this.#analytics])], maxEntries);
  }

  /**
   * A run begins. After a clean stop it goes on with the generation, otherwise with a new one: all epochs before are ended. Answers the
   * last entries of the log: that every step has taken in, and that is there.
   */
  start(bound: number): { readonly merged: number; readonly last: number } {
    return this.#transaction(() => {
      const last = this.#sql.generation.get() as unknown as number[] | undefined;
      if (last !== undefined && last[2] === 1) this.#sql.resumeGeneration.run(bound, last[0] as number);
      else this.#sql.addGeneration.run(bound);
      this.#analytics?.takeStanding();
      return { merged: this.#merge.merged(), last: this.#merge.last() };
    });
  }

  append(flat: FlatRows): Appended {
    const appended = this.#transaction(() => {
      const [repeats, firsts]: [number[], (string | number)[]] = [[], []];
      for (let at = 0, index = 0; at < flat.length; at += FLAT_WIDTH, index += 1) {
        const row = this.#row(flat, at);
        const first = this.#insertSequenced(row, this.#epochOf(row));
        if (first === undefined) continue;
        repeats.push(index);
        firsts.push(...first);
      }
      return { repeats, firsts, last: this.#merge.last() };
    });
    // Here too: merges may rest for long while much is written.
    this.#log.check();
    return appended;
  }

  /** True for each that was new. */
  importEvents(flat: FlatRows): { readonly isNew: readonly boolean[]; readonly last: number } {
    return this.#transaction(() => {
      const isNew: boolean[] = [];
      const through = new Map<number, number>();
      for (let at = 0; at < flat.length; at += FLAT_WIDTH) {
        const row = this.#row(flat, at);
        const [type, time] = [flat[at + 2] as number, flat[at + 6] as number];
        const isNotice = type === TYPE.join || type === TYPE.leave;
        const isInserted = isNotice ? this.#insertNotice(row) : this.#insert(row, 0, 0);
        isNew.push(isInserted);
        if (!isNotice && isInserted) through.set(row.room, Math.max(through.get(row.room) ?? 0, time));
      }
      for (const [room, time] of through) this.#sql.imported.run(time, room);
      return { isNew, last: this.#merge.last() };
    });
  }

  /** Merges one piece of what the log has up to an entry; true when nothing of it is left. */
  merge(to: number): boolean {
    const isDone = this.#transaction(() => this.#merge.advance(to));
    this.#log.check();
    return isDone;
  }

  /** A piece of what waits beside the log: notices, and with `andRepair` repairs; true when nothing of it is left. */
  tend(andRepair: boolean): boolean {
    return this.#transaction(() => this.#analytics?.tend(andRepair) ?? true);
  }

  /** Begins a repair that was asked for, which `tend` then does. */
  beginRepair({ room, fromT, toT }: AskedRepair): RepairBeginning {
    const found = room === undefined ? undefined : (this.#sql.roomId.get(room) as unknown as [number] | undefined);
    if (room !== undefined && found === undefined) return 'unknown room';
    if (this.#analytics === undefined) throw new Error('nothing is counted here');
    return this.#analytics.beginRepair({ room: found?.[0], fromT, toT }) ? 'begun' : 'running';
  }

  lastRepair(): NamedRepair | undefined {
    return this.#analytics?.lastRepair;
  }

  /** Once a second. Answers the last entry of the log that every step has taken in. */
  tick(): number {
    this.#transaction(() => this.#analytics?.tick());
    return this.#merge.merged();
  }

  countLive(facts: readonly NamedLiveFact[], lived: Lived): void {
    this.#transaction(() => this.#analytics?.takeLive(facts, lived, this.#rooms, this.#users));
  }

  openEpochs(openings: readonly EpochOpening[]): void {
    this.#transaction(() => {
      for (const { roomId, epoch, firstSeq } of openings) this.#sql.addEpoch.run(this.#rooms.number(roomId), epoch, firstSeq, firstSeq - 1);
    });
  }

  /**
   * A clean stop ends the run as such, and merges what there is time for. What is left, or fails, is merged after the next start: the log
   * has it. Answers what failed.
   */
  stop(isClean: boolean): Failure | undefined {
    try {
      if (!isClean) return undefined;
      this.#transaction(() => this.#sql.endGeneration.run());
      return this.#mergeAtStop();
    } finally {
      this.#db.close();
    }
  }

  #mergeAtStop(): Failure | undefined {
    const endsAt = this.#monotonic() + MERGE_AT_STOP_MS;
    try {
      const last = this.#merge.last();
      while (this.#monotonic() < endsAt && !this.merge(last));
      while (this.#monotonic() < endsAt && !this.tend(false));
      return undefined;
    } catch (error) {
      return toFailure(error);
    }
  }

  #row(flat: FlatRows, at: number): Row {
    return { flat, at, room: this.#rooms.number(flat[at] as string), user: this.#users.number(flat[at + 3] as string) };
  }

  #insert({ flat, at, room, user }: Row, epoch: number, seq: number): boolean {
    const [id, type, username, content] = [flat[at + 1] ?? '', flat[at + 2] ?? 0, flat[at + 4] ?? '', flat[at + 5] ?? ''];
    return this.#sql.insert.run(room, id, type, user, username, content, flat[at + 6] ?? 0, flat[at + 7] ?? '', epoch, seq).changes === 1;
  }

  #insertNotice({ flat, at, room, user }: Row): boolean {
    const [id, type, username, time] = [flat[at + 1] ?? '', flat[at + 2] ?? 0, flat[at + 4] ?? '', flat[at + 6] ?? 0];
    if (this.#sql.insertNotice.run(room, id, type, user, username, time).changes === 0) return false;
    this.#sql.addUncounted.run(room, type, time);
    return true;
  }

  /** The first one if this is a repeat; undefined also if it is the first one again. */
  #insertSequenced(row: Row, epoch: number): FlatRows | undefined {
    const { flat, at, room, user } = row;
    const seq = flat[at + 9] as number;
    if (this.#insert(row, epoch, seq)) return undefined;
    const id = flat[at + 1] as string;
    const first = this.#sql.first.get(room, id) as unknown as (string | number)[];
    if (first[10] === epoch && first[9] === seq) return undefined;
    const [type, username, content, time] = [flat[at + 2] ?? 0, flat[at + 4] ?? '', flat[at + 5] ?? '', flat[at + 6] ?? 0];
    this.#sql.insertRepeat.run(room, seq, id, type, user, username, content, time, flat[at + 7] ?? '', epoch);
    // It is not in the log, so that no merge will see it.
    this.#sql.advanceEpoch.run(seq, time, epoch);
    return [...first.slice(0, 1), uuidText(first[1]), ...first.slice(2, 7), uuidText(first[7]), ...first.slice(8, 10)] as FlatRows;
  }

  #epochOf({ flat, at, room }: Row): number {
    const name = flat[at + 8] as string;
    const known = this.#epochs.get(room);
    if (known?.name === name) return known.number;
    const found = this.#sql.epoch.get(room, name) as unknown as [number] | undefined;
    if (found === undefined) throw new TypeError(name === '' ? 'a message without a position' : `epoch ${name} was never opened here`);
    if (this.#epochs.size > MAX_ROOMS) this.#epochs.clear();
    this.#epochs.set(room, { name, number: found[0] });
    return found[0];
  }

  #transaction<T>(run: () => T): T {
    this.#db.exec('begin immediate');
    try {
      const result = run();
      this.#db.exec('commit');
      return result;
    } catch (error) {
      // SQLite itself rolls back on some errors (a full disk, say).
      if (this.#db.isTransaction) this.#db.exec('rollback');
      for (const names of [this.#rooms, this.#users]) names.forget();
      this.#epochs.clear();
      this.#analytics?.forget();
      throw error;
    }
  }
}
