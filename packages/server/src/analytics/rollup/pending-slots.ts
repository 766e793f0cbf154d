import { ByteWriter } from '@hubbub/sketch';
import type { PendingContainer, Settled } from './pending.ts';
import { type Segment, type SegmentBytes, SlotDirectory, writeSlots } from './slot-body.ts';

/** How to make segments of one family. */
export interface SegmentKind<S extends Segment> {
  empty(): S;
  /** The one at [from, to) of a body; undefined when it is corrupt. */
  decode(body: Uint8Array, from: number, to: number): S | undefined;
}

/** One for all: to have one each costs more than to read it again. */
const directory = new SlotDirectory();
const scratch = new ByteWriter();
const out = new ByteWriter();

/** A slot that was asked for. */
interface OpenSlot<S> {
  readonly slot: number;
  readonly segment: S;
  isChanged: boolean;
}

/** A slot-major container: its body, and the slots that were asked for, decoded. */
export class PendingSlots<S extends Segment> implements PendingContainer {
  readonly #kind: SegmentKind<S>;
  /** Nearly always one, seldom more than a few. */
  #open: OpenSlot<S>[] = [];
  #body: Uint8Array | undefined;
  #corrupt = 0;

  constructor(kind: SegmentKind<S>, body: Uint8Array | undefined) {
    this.#kind = kind;
    if (body === undefined || directory.open(body)) this.#body = body;
    else this.#corrupt = 1;
  }

  get memory(): number {
    let memory = 300 + (this.#body?.length ?? 0);
    for (const { segment } of this.#open) memory += 50 + segment.memory;
    return memory;
  }

  /** A slot's segment, to be changed until `settle`. */
  change(slot: number): S {
    const open = this.#slot(slot);
    open.isChanged = true;
    return open.segment;
  }

  read(slot: number): S {
    return this.#slot(slot).segment;
  }

  /** Encodes the changed slots and copies the others. Of the decoded ones only those that changed stay. */
  settle(): Settled {
    const body = this.#body;
    const changed = this.#open.filter(({ isChanged }) => isChanged);
    for (const { segment, isChanged } of this.#open) if (!isChanged) segment.release();
    const segments: SegmentBytes[] = [];
    let shortfalls = 0;
    scratch.clear();
    const bounds = [0];
    for (const { segment } of changed) {
      shortfalls += segment.settle();
      segment.encode(scratch);
      bounds.push(scratch.length);
    }
    if (body !== undefined && directory.open(body)) {
      for (let i = 0; i < directory.length; i++) {
        const slot = directory.slotAt(i);
        if (changed.some((each) => each.slot === slot)) continue;
        segments.push({ slot, from: body, start: directory.startAt(i), end: directory.startAt(i + 1) });
      }
    }
    const from = scratch.written();
    changed.forEach((each, i) => {
      const [start = 0, end = 0] = [bounds[i], bounds[i + 1]];
      if (end > start) segments.push({ slot: each.slot, from, start, end });
      each.isChanged = false;
    });
    this.#open = changed;
    this.#body = bodyOf(segments);
    const corrupt = this.#corrupt;
    this.#corrupt = 0;
    return { body: this.#body, shortfalls, corrupt };
  }

  #slot(slot: number): OpenSlot<S> {
    for (const open of this.#open) if (open.slot === slot) return open;
    const open = { slot, segment: this.#decode(slot) ?? this.#kind.empty(), isChanged: false };
    this.#open.push(open);
    return open;
  }

  #decode(slot: number): S | undefined {
    if (this.#body === undefined || !directory.open(this.#body)) return undefined;
    const i = directory.find(slot);
    if (i < 0) return undefined;
    const segment = this.#kind.decode(this.#body, directory.startAt(i), directory.startAt(i + 1));
    if (segment === undefined) this.#corrupt += 1;
    return segment;
  }
}

function bodyOf(segments: SegmentBytes[]): Uint8Array | undefined {
  if (segments.length === 0) return undefined;
  if (segments.length > 1) segments.sort((a, b) => a.slot - b.slot);
  out.clear();
  writeSlots(out, segments);
  return out.finish();
}
