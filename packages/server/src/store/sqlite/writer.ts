import type { DatabaseSync } from 'node:sqlite';
import { Dictionary } from './dictionary.ts';
import { migrate } from './migrations.ts';
import { FLAT_WIDTH, type FlatRows, TYPE, uuidText } from './rows.ts';
import { prepareWrites } from './statements.ts';

/** Every 256th seq of a room has its time in `marks`; and the first of each epoch, however it jumped. */
const MARK_EVERY = 256;

interface Epoch {
  readonly id: number;
  readonly firstSeq: number;
  lastSeq: number;
  lastTime: number;
}

export interface EpochOpening {
  readonly roomId: string;
  readonly epoch: string;
  readonly firstSeq: number;
}

/** One row of a batch with its names as numbers. */
interface Row {
  readonly flat: FlatRows;
  readonly at: number;
  readonly room: number;
  readonly user: number;
}

/** All writes, in the writer's thread. Arguments and results are what may cross threads. */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepareWrites>;
  readonly #rooms: Dictionary;
  readonly #users: Dictionary;
  /** By room number and epoch; of rooms that were lately written to. */
  readonly #epochs = new Map<string, Epoch>();

  constructor(db: DatabaseSync) {
    migrate(db);
    this.#db = db;
    this.#sql = prepareWrites(db);
    this.#rooms = new Dictionary(this.#sql.roomId, this.#sql.addRoom);
    this.#users = new Dictionary(this.#sql.userId, this.#sql.addUser);
  }

  /** A run begins. After a clean stop it goes on with the generation, otherwise with a new one: all epochs before are ended. */
  start(bound: number): void {
    this.#transaction(() => {
      const last = this.#sql.generation.get() as unknown as number[] | undefined;
      if (last !== undefined && last[2] === 1) this.#sql.resumeGeneration.run(bound, last[0] as number);
      else this.#sql.addGeneration.run(bound);
    });
  }

  /** Answers the index and the first of each repeat: `inserted` needs no words. */
  append(flat: FlatRows): { readonly repeats: readonly number[]; readonly firsts: FlatRows } {
    return this.#transaction(() => {
      const [repeats, firsts, touched]: [number[], (string | number)[], Set<Epoch>] = [[], [], new Set()];
      let chats = 0;
      for (let at = 0, index = 0; at < flat.length; at += FLAT_WIDTH, index += 1) {
        const row = this.#row(flat, at);
        const epoch = this.#epochOf(row);
        const first = this.#insertSequenced(row, epoch);
        if (first === 'inserted') chats += flat[at + 2] === TYPE.chat ? 1 : 0;
        else if (first !== 'same') {
          repeats.push(index);
          firsts.push(...first);
        }
        this.#advance(row, epoch, touched);
      }
      for (const epoch of touched) this.#sql.advanceEpoch.run(epoch.lastSeq, epoch.lastTime, epoch.id);
      if (chats > 0) this.#sql.count.run(chats, 'chat');
      return { repeats, firsts };
    });
  }

  importEvents(flat: FlatRows): readonly boolean[] {
    return this.#transaction(() => {
      const isNew: boolean[] = [];
      const through = new Map<number, number>();
      let chats = 0;
      for (let at = 0; at < flat.length; at += FLAT_WIDTH) {
        const row = this.#row(flat, at);
        const [type, time] = [flat[at + 2] as number, flat[at + 6] as number];
        const isNotice = type === TYPE.join || type === TYPE.leave;
        const isInserted = isNotice ? this.#insertNotice(row) : this.#insert(row, 0, 0);
        isNew.push(isInserted);
        if (isNotice || !isInserted) continue;
        if (type === TYPE.chat) chats += 1;
        through.set(row.room, Math.max(through.get(row.room) ?? 0, time));
      }
      for (const [room, time] of through) this.#sql.imported.run(time, room);
      if (chats > 0) this.#sql.count.run(chats, 'chat');
      return isNew;
    });
  }

  openEpochs(openings: readonly EpochOpening[]): void {
    this.#transaction(() => {
      for (const { roomId, epoch, firstSeq } of openings) this.#sql.addEpoch.run(this.#rooms.number(roomId), epoch, firstSeq, firstSeq - 1);
    });
  }

  stop(isClean: boolean): void {
    if (isClean) this.#transaction(() => this.#sql.endGeneration.run());
    this.#db.close();
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
    return this.#sql.insertNotice.run(room, id, type, user, username, time).changes === 1;
  }

  /** The first one if this is a repeat; `same` if it is the first one again. */
  #insertSequenced(row: Row, epoch: Epoch): 'inserted' | 'same' | FlatRows {
    const { flat, at, room, user } = row;
    const seq = flat[at + 9] as number;
    if (this.#insert(row, epoch.id, seq)) return 'inserted';
    const id = flat[at + 1] as string;
    const first = this.#sql.first.get(room, id) as unknown as (string | number)[];
    if (first[10] === epoch.id && first[9] === seq) return 'same';
    const [type, username, content] = [flat[at + 2] ?? 0, flat[at + 4] ?? '', flat[at + 5] ?? ''];
    this.#sql.insertRepeat.run(room, seq, id, type, user, username, content, flat[at + 6] ?? 0, flat[at + 7] ?? '', epoch.id);
    return [...first.slice(0, 1), uuidText(first[1]), ...first.slice(2, 7), uuidText(first[7]), ...first.slice(8, 10)] as FlatRows;
  }

  #advance({ flat, at, room }: Row, epoch: Epoch, touched: Set<Epoch>): void {
    const [time, seq] = [flat[at + 6] as number, flat[at + 9] as number];
    if (seq % MARK_EVERY === 0 || epoch.lastSeq < epoch.firstSeq) this.#sql.insertMark.run(room, seq, time);
    epoch.lastSeq = Math.max(epoch.lastSeq, seq);
    epoch.lastTime = Math.max(epoch.lastTime, time);
    touched.add(epoch);
  }

  #epochOf({ flat, at, room }: Row): Epoch {
    const name = flat[at + 8] as string;
    const key = `${room} ${name}`;
    const known = this.#epochs.get(key);
    if (known !== undefined) return known;
    const found = this.#sql.epoch.get(room, name) as unknown as number[] | undefined;
    if (found === undefined) throw new TypeError(name === '' ? 'a message without a position' : `epoch ${name} was never opened here`);
    const [id, firstSeq, lastSeq, lastTime] = found as [number, number, number, number];
    const epoch = { id, firstSeq, lastSeq, lastTime };
    if (this.#epochs.size > 100_000) this.#epochs.clear();
    this.#epochs.set(key, epoch);
    return epoch;
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
      throw error;
    }
  }
}
