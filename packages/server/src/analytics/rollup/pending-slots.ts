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

/** A slot-major container: its body, and the slots that were asked for, decoded. */
export class PendingSlots<S extends Segment> implements PendingContainer {
  readonly #kind: SegmentKind<S>;
  readonly #decoded = new Map<number, S>();
  readonly #changed = new Set<number>();
  #body: Uint8Array | undefined;
  #corrupt = 0;

  constructor(kind: SegmentKind<S>, body: Uint8Array | undefined) {
    this.#kind = kind;
    if (body === undefined || directory.open(body)) this.#body = body;
    else this.#corrupt = 1;
  }

  get memory(): number {
    let memory = 500 + (this.#body?.length ?? 0);
    for (const segment of this.#decoded.values()) memory += segment.memory;
    return memory;
  }

  /** A slot's segment, to be changed until `settle`. */
  change(slot: number): S {
    this.#changed.add(slot);
    return this.read(slot);
  }

  read(slot: number): S {
    const present = this.#decoded.get(slot);
    if (present !== undefined) return present;
    const segment = this.#decode(slot) ?? this.#kind.empty();
    this.#decoded.set(slot, segment);
    return segment;
  }

  /** Encodes the changed slots and copies the others. Of the decoded ones only those that changed stay. */
  settle(): Settled {
    const body = this.#body;
    const segments: SegmentBytes[] = [];
    const made: { readonly slot: number; readonly start: number; readonly end: number }[] = [];
    let shortfalls = 0;
    scratch.clear();
    for (const slot of this.#changed) {
      const segment = this.read(slot);
      shortfalls += segment.settle();
      const start = scratch.length;
      segment.encode(scratch);
      if (scratch.length > start) made.push({ slot, start, end: scratch.length });
    }
    if (body !== undefined && directory.open(body)) {
      for (let i = 0; i < directory.length; i++) {
        const slot = directory.slotAt(i);
        if (this.#changed.has(slot)) continue;
        segments.push({ slot, from: body, start: directory.startAt(i), end: directory.startAt(i + 1) });
      }
    }
    const from = scratch.written();
    for (const each of made) segments.push({ ...each, from });
    out.clear();
    if (segments.length > 0)
      writeSlots(
        out,
        segments.sort((a, b) => a.slot - b.slot),
      );
    for (const slot of this.#decoded.keys()) if (!this.#changed.has(slot)) this.#decoded.delete(slot);
    this.#changed.clear();
    const corrupt = this.#corrupt;
    this.#corrupt = 0;
    this.#body = segments.length > 0 ? out.finish() : undefined;
    return { body: this.#body, shortfalls, corrupt };
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
