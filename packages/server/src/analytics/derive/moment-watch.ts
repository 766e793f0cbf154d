import type { RoomHistory } from './history.ts';
import { MOMENT_BUCKET_MS, MomentScan, type MomentSink } from './moment-scan.ts';
import { type Order, startOf } from './order.ts';

/** Finds a room's moments as its messages come: no timer, nothing to do while the room is silent. */
export class MomentWatch {
  readonly #scan: MomentScan;
  readonly #found: MomentSink;
  /** Messages of the bucket that closes next. */
  #count = 0;

  /** `scan` stands before the bucket of the next message or earlier. */
  constructor(scan: MomentScan, found: MomentSink) {
    this.#scan = scan;
    this.#found = found;
  }

  /**
   * As it stood before a place. `openSince`: the first bucket of the moment that the bucket before belongs to, where one does (from the list of
   * what was found).
   */
  static restore(room: number, before: Order, openSince: number | undefined, history: RoomHistory, found: MomentSink): MomentWatch {
    const bucket = Math.floor(before.t / MOMENT_BUCKET_MS);
    const scan = MomentScan.at(room, openSince ?? bucket, history);
    if (openSince !== undefined) {
      for (const { bucket: at, count } of history.counts(room, openSince, bucket)) {
        scan.closeSilent(at, ignore);
        scan.close(count, ignore);
      }
      scan.closeSilent(bucket, ignore);
    }
    const watch = new MomentWatch(scan, found);
    const start = startOf(bucket * MOMENT_BUCKET_MS);
    for (let after = start; ; ) {
      const page = history.messages(room, after, before, PAGE);
      watch.#count += page.length;
      after = page.at(-1) ?? after;
      if (page.length < PAGE) return watch;
    }
  }

  /** When to call `closeBefore` though no message comes, ms since 1970; undefined: not before the next message. */
  get wakeAt(): number | undefined {
    return this.#scan.isQuiet(this.#count) ? undefined : (this.#scan.next + 1) * MOMENT_BUCKET_MS;
  }

  /** False: its bucket is closed; another watch, restored before that bucket, takes it. */
  add(t: number): boolean {
    const bucket = Math.floor(t / MOMENT_BUCKET_MS);
    if (bucket < this.#scan.next) return false;
    if (bucket > this.#scan.next) this.#closeUpTo(bucket);
    this.#count++;
    return true;
  }

  /** All messages before `t` were added: closes the buckets that end by then, as long as one may make or end a moment. */
  closeBefore(t: number): void {
    const bucket = Math.floor(t / MOMENT_BUCKET_MS);
    while (this.#scan.next < bucket && this.wakeAt !== undefined) this.#closeUpTo(this.#scan.next + 1);
  }

  #closeUpTo(bucket: number): void {
    this.#scan.close(this.#count, this.#found);
    this.#count = 0;
    this.#scan.closeSilent(bucket, this.#found);
  }
}

const PAGE = 500;
const ignore: MomentSink = () => {};
