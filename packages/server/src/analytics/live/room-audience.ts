import { Gauge, type Sample } from './gauge.ts';
import type { Unwritten } from './unwritten.ts';

const SECONDS_PER_MINUTE = 60;

interface Member {
  connections: number;
  /** The last minute of which it was told that the user was there. */
  toldMinute: number;
}

/** Who is connected to a room, told for each minute once. A user who leaves is there in the minute of leaving. */
export class RoomAudience {
  readonly #id: string;
  readonly #unwritten: Unwritten;
  readonly #members = new Map<string, Member>();
  readonly #gauge: Gauge;

  constructor(id: string, second: number, unwritten: Unwritten) {
    this.#id = id;
    this.#unwritten = unwritten;
    this.#gauge = new Gauge(second);
  }

  /** Users. */
  get size(): number {
    return this.#members.size;
  }

  get connections(): number {
    return this.#gauge.value;
  }

  enter(userId: string, second: number): void {
    this.#change(1, second);
    const member = this.#members.get(userId);
    if (member !== undefined) {
      member.connections++;
      return;
    }
    const minute = minuteOf(second);
    this.#members.set(userId, { connections: 1, toldMinute: minute });
    this.#unwritten.present(minute, this.#id, userId);
  }

  /** False: the user was not here. */
  exit(userId: string, second: number): boolean {
    const member = this.#members.get(userId);
    if (member === undefined) return false;
    this.#change(-1, second);
    member.connections--;
    if (member.connections > 0) return true;
    this.#members.delete(userId);
    this.#tell(userId, member, minuteOf(second));
    return true;
  }

  /** Samples the connections up to a second. */
  advance(second: number): void {
    this.#gauge.advance(second, this.#sample);
  }

  /** Tells of everyone who is here in the minute of `second`, if that was not done. Yields after each. */
  *tellAll(second: number): Generator<void, void> {
    const minute = minuteOf(second);
    for (const [userId, member] of this.#members) {
      this.#tell(userId, member, minute);
      yield;
    }
  }

  /** The minute before counts as well: who is here now and was told of earlier was here all the time. Before that the machine slept. */
  #tell(userId: string, member: Member, minute: number): void {
    for (let each = Math.max(member.toldMinute + 1, minute - 1); each <= minute; each++) this.#unwritten.present(each, this.#id, userId);
    member.toldMinute = minute;
  }

  #change(by: 1 | -1, second: number): void {
    this.advance(second);
    this.#gauge.change(by);
    const tally = this.#unwritten.ofRoom(minuteOf(second), this.#id);
    if (tally !== undefined) tally.standing = { second, connections: this.#gauge.value };
  }

  readonly #sample: Sample = (minute, seconds, value, last) => {
    const tally = value > 0 ? this.#unwritten.ofRoom(minute, this.#id) : undefined;
    if (tally === undefined) return;
    tally.sample(seconds, value);
    tally.standing = { second: last, connections: value };
  };
}

const minuteOf = (second: number): number => Math.floor(second / SECONDS_PER_MINUTE);
