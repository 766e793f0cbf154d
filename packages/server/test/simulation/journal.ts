import type { Publication } from '../../src/bus/bus.ts';

export interface Accepted {
  readonly epoch: string;
  readonly seq: number;
  readonly messageId: string;
}

/** What became of a message, as far as its sender knows. */
export interface Sending {
  readonly roomId: string;
  readonly userId: string;
  readonly messageId: string;
  readonly content: string;
  /** Frames with this id that were written, and how many of them were refused. */
  attempts: number;
  refusals: number;
  ack: { readonly epoch: string; readonly seq: number } | undefined;
}

/** Everything that happened in a run, and the first thing that must not have. */
export class Journal {
  readonly violations: string[] = [];
  readonly sendings: Sending[] = [];
  readonly accepted = new Map<string, Accepted[]>();
  readonly lines: string[] = [];
  /** True once a process ended without a clean stop. */
  hasLostOrder = false;
  /** Closes by code, as clients saw them; for the coverage of a run. */
  readonly seen = new Map<string, number>();
  readonly #places = new Map<string, string>();
  readonly #present = new Set<string>();
  #ofThisProcess = new Set<string>();

  note(line: string): void {
    this.lines.push(line);
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  violated(what: string): void {
    this.violations.push(what);
  }

  /** Ordered by the node. */
  onAccepted({ draft, epoch, seq }: Publication): void {
    const { roomId, messageId } = draft;
    const list = this.accepted.get(roomId) ?? [];
    this.accepted.set(roomId, list);
    const last = list.at(-1);
    if (last?.epoch === epoch && seq !== last.seq + 1) this.violated(`P2 order: ${roomId} seq ${seq} after ${last.seq} in one epoch`);
    if (last !== undefined && seq <= last.seq) this.violated(`P2 order: ${roomId} seq ${seq} was used before`);
    const name = `${roomId} ${messageId}`;
    if (this.#ofThisProcess.has(name)) this.violated(`P4 dedupe: ${name} was ordered twice`);
    this.#ofThisProcess.add(name);
    list.push({ epoch, seq, messageId });
    this.observe(roomId, seq, messageId);
  }

  /** Somebody was told that this message has this place. */
  observe(roomId: string, seq: number, messageId: string): void {
    const place = `${roomId} ${seq}`;
    const known = this.#places.get(place);
    if (known === undefined) this.#places.set(place, messageId);
    else if (known !== messageId) this.violated(`P2 order: ${place} is ${known} and ${messageId}`);
  }

  /** Room, seq and id of everything that was ever observed. */
  *observed(): Iterable<{ readonly roomId: string; readonly seq: number; readonly messageId: string }> {
    for (const [place, messageId] of this.#places) {
      const [roomId = '', seq = ''] = place.split(' ');
      yield { roomId, seq: Number(seq), messageId };
    }
  }

  onPresence(kind: 'joined' | 'left', roomId: string, userId: string): void {
    const member = `${roomId} ${userId}`;
    if (this.#present.has(member) === (kind === 'joined')) this.violated(`presence: ${member} ${kind} twice`);
    if (kind === 'joined') this.#present.add(member);
    else this.#present.delete(member);
  }

  epochOf(roomId: string, seq: number): string | undefined {
    return this.accepted.get(roomId)?.find((each) => each.seq === seq)?.epoch;
  }

  processEnded(isClean: boolean): void {
    if (!isClean) this.hasLostOrder = true;
    this.#present.clear();
    this.#ofThisProcess = new Set();
  }
}
