import { type DirtyRange, union } from '../derive/dirty-ranges.ts';
import type { MomentSpan } from '../derive/moment-scan.ts';
import type { MomentStory } from '../derive/moment-story.ts';
import { type Rescan, rescanMoments } from '../derive/rescan-moments.ts';
import { sweep } from '../derive/sweep.ts';
import { type Level, QUARTER_MS } from '../rollup/levels.ts';
import type { RollupDeltas } from '../rollup/rollup-deltas.ts';
import { DerivedTally } from './derived-tally.ts';
import type { AlsoAt } from './live-sink.ts';
import type { Dirt, EngineStore } from './ports.ts';

export interface RepairRules {
  readonly isKept: (level: Level, t: number) => boolean;
  /** The first bucket of moments that a room's messages may still come to in order. */
  readonly openFrom: (room: number) => number;
  readonly alsoAt: AlsoAt;
  /** Moments are about to be replaced. */
  readonly onMoments: (room: number, old: readonly MomentSpan[], found: readonly MomentSpan[]) => void;
  readonly story: (room: number, span: MomentSpan) => MomentStory | undefined;
}

/** One range under repair: what is left of it, and the work as far as it got. */
type Work =
  | { readonly kind: 'slots'; dirt: Dirt; readonly tally: DerivedTally; readonly steps: Generator<number, void> }
  | { readonly kind: 'moments'; readonly dirt: Dirt; readonly steps: Generator<void, Rescan> };

/**
 * Recomputes from the stored messages what depends on neighbours, one dirty range after the other, in pieces that each leave the store
 * right as far as they got. Any new dirt of the room ends the work in progress, which then begins again with what is left.
 */
export class Repairs {
  readonly #store: EngineStore;
  readonly #deltas: RollupDeltas;
  readonly #rules: RepairRules;
  #work: Work | undefined;

  constructor(store: EngineStore, deltas: RollupDeltas, rules: RepairRules) {
    this.#store = store;
    this.#deltas = deltas;
    this.#rules = rules;
  }

  add(room: number, dirt: readonly Dirt[]): void {
    if (this.#work?.dirt.room === room) this.#work = undefined;
    this.#store.setDirt(room, joined([...this.#store.dirtOf(room), ...dirt.map(wholeSlots)]));
  }

  restart(): void {
    this.#work = undefined;
  }

  /** Does `steps` reads of the work. The room that was worked on; undefined when nothing is dirty. */
  step(steps: number): number | undefined {
    const dirt = this.#work?.dirt ?? this.#store.firstDirt();
    if (dirt === undefined) return undefined;
    this.#work ??= this.#begin(dirt);
    if (this.#work.kind === 'slots') this.#sweep(this.#work, steps);
    else this.#rescan(this.#work, steps);
    return dirt.room;
  }

  #begin(dirt: Dirt): Work {
    const { kind, room, fromT, toT } = dirt;
    if (kind === 'moments') {
      const found = { covering: (inRoom: number, bucket: number) => this.#store.momentCovering(inRoom, bucket) };
      return { kind, dirt, steps: rescanMoments(room, dirt, () => this.#rules.openFrom(room), found, this.#store.history) };
    }
    const tally = new DerivedTally();
    return { kind, dirt, tally, steps: sweep(room, fromT, toT, this.#store.history, tally) };
  }

  #sweep(work: Work & { kind: 'slots' }, steps: number): void {
    const { room, fromT, toT } = work.dirt;
    const newestT = this.#store.newest(room)?.t ?? Number.NEGATIVE_INFINITY;
    let completeT = fromT;
    for (let left = steps; ; left--) {
      const { done, value } = work.steps.next();
      if (done) completeT = toT;
      else completeT = Math.max(completeT, Math.min(toT, Math.floor(value / QUARTER_MS) * QUARTER_MS));
      // From the room's newest slot on nothing waits for another transaction: the next message may go there.
      if (done || (left <= 0 && completeT + QUARTER_MS <= newestT)) break;
    }
    work.tally.replace(room, fromT, completeT, this.#deltas, this.#rules);
    work.dirt = { ...work.dirt, fromT: completeT };
    this.#narrow(room, { kind: 'slots', fromT, toT }, completeT < toT ? work.dirt : undefined);
    if (completeT >= toT) this.#work = undefined;
  }

  #rescan(work: Work & { kind: 'moments' }, steps: number): void {
    const { room } = work.dirt;
    for (let left = Math.max(1, steps); left > 0; left--) {
      const { done, value } = work.steps.next();
      if (!done) continue;
      this.#rewrite(room, value);
      this.#narrow(room, work.dirt, undefined);
      this.#work = undefined;
      return;
    }
  }

  #rewrite(room: number, { fromBucket, toBucket, moments }: Rescan): void {
    const starts = this.#store.momentsIn(room, fromBucket, toBucket);
    this.#rules.onMoments(
      room,
      starts.map((start) => this.#store.momentCovering(room, start)).filter((each) => each !== undefined),
      moments,
    );
    for (const start of starts) this.#store.putMoment(room, start, undefined);
    for (const span of moments) {
      const story = this.#rules.story(room, span);
      if (story !== undefined) this.#store.putMoment(room, span.startBucket, { ...span, ...story });
    }
  }

  /** Puts what is left of a range in its place. */
  #narrow(room: number, old: Omit<Dirt, 'room'>, left: Dirt | undefined): void {
    const others = this.#store.dirtOf(room).filter(({ kind, fromT, toT }) => kind !== old.kind || fromT !== old.fromT || toT !== old.toT);
    this.#store.setDirt(room, left === undefined ? others : joined([left, ...others]));
  }
}

/** Derived values are replaced by whole quarters. */
function wholeSlots(dirt: Dirt): Dirt {
  if (dirt.kind === 'moments') return dirt;
  return { ...dirt, fromT: Math.floor(dirt.fromT / QUARTER_MS) * QUARTER_MS, toT: Math.ceil(dirt.toT / QUARTER_MS) * QUARTER_MS };
}

/** Ascending, with what touches made one. */
function joined(dirt: readonly Dirt[]): Dirt[] {
  const room = dirt[0]?.room ?? 0;
  const of = (kind: Dirt['kind']): Dirt[] =>
    union(dirt.filter((each) => each.kind === kind)).map(({ fromT, toT }: DirtyRange) => ({ kind, room, fromT, toT }));
  return [...of('slots'), ...of('moments')];
}
