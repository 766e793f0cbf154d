import type { RoomHistory } from './history.ts';
import { startOf } from './order.ts';

export const MOMENT_BUCKET_MS = 10_000;
/** Buckets before a run that it is compared with. */
export const MOMENT_BASELINE = 90;
/** How many of them must lie after the room's first message of the last MOMENT_MEMORY buckets (24 hours). */
export const MOMENT_PAST = 60;
export const MOMENT_MEMORY = 8640;
/** analytics.md began with 8, and asks for a check by simulation: docs/adr/0007. */
const LEAST_RISE = 12;
const RISE_IN_DEVIATIONS = 6;
/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const MAD_TO_DEVIATION = 1.4826;

/** A run of buckets that hold more messages than was usual before it. */
export interface MomentSpan {
  readonly startBucket: number;
  /** Exclusive. */
  readonly endBucket: number;
  readonly messages: number;
  /** The most messages of one bucket. */
  readonly peak: number;
  /** The next bucket may still belong to it. */
  readonly isOpen: boolean;
}

/** Told of a moment with each bucket that it grows by, and when it is over. */
export type MomentSink = (span: MomentSpan) => void;

interface Run {
  readonly startBucket: number;
  readonly threshold: number;
  messages: number;
  peak: number;
}

/**
 * Finds the moments of a room from its 10-second counts, bucket after bucket: maximal runs of counts above
 * median + max(12, 6 × max(1.4826 MAD, √median, 1)) of the 90 buckets before the run.
 */
export class MomentScan {
  /** The last 90 closed buckets, each at its number modulo 90. */
  readonly #counts = new Uint32Array(MOMENT_BASELINE);
  readonly #sorted = new Float64Array(MOMENT_BASELINE);
  #next: number;
  /** The last bucket with messages that has at least 60 others between itself and the next. */
  #past = Number.NEGATIVE_INFINITY;
  #run: Run | undefined;

  /** Begins at a bucket that continues no run. */
  constructor(bucket: number) {
    this.#next = bucket;
  }

  /** The same, in a room's history: what the buckets before hold is read. */
  static at(room: number, bucket: number, history: RoomHistory): MomentScan {
    const scan = new MomentScan(bucket);
    for (const { bucket: at, count } of history.counts(room, bucket - MOMENT_BASELINE, bucket)) scan.#counts[slotOf(at)] = count;
    const past = history.lastTime(room, startOf((bucket - MOMENT_PAST) * MOMENT_BUCKET_MS));
    if (past !== undefined) scan.#past = Math.floor(past / MOMENT_BUCKET_MS);
    return scan;
  }

  /** The bucket that `close` is for. */
  get next(): number {
    return this.#next;
  }

  /** Whether the last closed bucket belongs to a moment. */
  get isOpen(): boolean {
    return this.#run !== undefined;
  }

  /** Whether a count may make or end a moment. */
  isQuiet(count: number): boolean {
    return this.#run === undefined && count <= LEAST_RISE;
  }

  close(count: number, found: MomentSink): void {
    const bucket = this.#next;
    if ((this.#counts[slotOf(bucket - MOMENT_PAST - 1)] ?? 0) > 0) this.#past = bucket - MOMENT_PAST - 1;
    if (this.#run !== undefined && count <= this.#run.threshold) this.#end(bucket, this.#run, found);
    if (this.#run === undefined && count > LEAST_RISE && bucket - this.#past <= MOMENT_MEMORY) {
      const threshold = this.#threshold();
      if (count > threshold) this.#run = { startBucket: bucket, threshold, messages: 0, peak: 0 };
    }
    if (this.#run !== undefined) this.#grow(bucket, this.#run, count, found);
    this.#counts[slotOf(bucket)] = count;
    this.#next = bucket + 1;
  }

  /** Closes silent buckets up to `bucket`, which is then the next. */
  closeSilent(bucket: number, found: MomentSink): void {
    for (let left = Math.min(bucket - this.#next, MOMENT_BASELINE); left > 0; left--) this.close(0, found);
    if (bucket > this.#next) this.#next = bucket;
  }

  #grow(bucket: number, run: Run, count: number, found: MomentSink): void {
    run.messages += count;
    run.peak = Math.max(run.peak, count);
    found({ startBucket: run.startBucket, endBucket: bucket + 1, messages: run.messages, peak: run.peak, isOpen: true });
  }

  #end(bucket: number, run: Run, found: MomentSink): void {
    this.#run = undefined;
    found({ startBucket: run.startBucket, endBucket: bucket, messages: run.messages, peak: run.peak, isOpen: false });
  }

  #threshold(): number {
    const values = this.#sorted;
    values.set(this.#counts);
    const middle = medianOf(values);
    for (let i = 0; i < values.length; i++) values[i] = Math.abs((values[i] ?? 0) - middle);
    const deviation = Math.max(MAD_TO_DEVIATION * medianOf(values), Math.sqrt(middle), 1);
    return middle + Math.max(LEAST_RISE, RISE_IN_DEVIATIONS * deviation);
  }
}

/** Sorts; the mean of the two in the middle. */
function medianOf(values: Float64Array): number {
  values.sort();
  const half = values.length / 2;
  return ((values[half - 1] ?? 0) + (values[half] ?? 0)) / 2;
}

/** Bucket numbers before 1970 are negative. */
const slotOf = (bucket: number): number => ((bucket % MOMENT_BASELINE) + MOMENT_BASELINE) % MOMENT_BASELINE;
