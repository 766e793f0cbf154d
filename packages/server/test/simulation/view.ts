import type { Position } from '@hubbub/protocol';

/** What a client saw without being told that anything is missing. */
export interface Segment {
  /** Everything after it must be here. */
  start: Position | undefined;
  /** History that came with a fresh join, before `start`. */
  readonly history: number[];
  readonly seqs: number[];
  /** The last `seq` that it can vouch for. */
  end: number;
}

/** One client in one room: its position by the rules of the protocol, and all that it saw. */
export class View {
  readonly segments: Segment[] = [];
  /** Where it would resume. */
  position: Position | undefined;
  isJoined = false;
  /** A join or leave is on its way. */
  isAsking = false;
  remaining = 0;
  #target: Position | undefined;
  #isHistory = false;
  /** It asks for a resume while messages come: what comes meanwhile comes again. */
  asksToRewind = false;
  #isRewinding = false;

  get isLive(): boolean {
    return this.isJoined && this.remaining === 0;
  }

  /** Answers what is wrong with it. */
  joined(head: Position, recovered: boolean, replay: number): string | undefined {
    this.isAsking = false;
    this.isJoined = true;
    this.#isRewinding = this.asksToRewind;
    this.asksToRewind = false;
    this.#target = head;
    this.remaining = replay;
    if (recovered) {
      if (this.position === undefined) return 'P3: recovered without a position';
      if (replay === 0 && head.seq < this.position.seq) return `P3: joined at ${head.seq}, but ${this.position.seq} was seen`;
      this.position = { epoch: head.epoch, seq: this.position.seq };
    } else {
      this.position = undefined;
      this.#isHistory = true;
      this.segments.push({ start: undefined, history: [], seqs: [], end: 0 });
    }
    if (replay === 0) this.#arrived();
    return undefined;
  }

  /** Answers what is wrong with it. */
  message(seq: number): string | undefined {
    if (!this.isJoined) return `a message (${seq}) before joined`;
    const segment = this.segments.at(-1);
    if (segment === undefined) return `a message (${seq}) before any view`;
    if (this.#isHistory) {
      const last = segment.history.at(-1);
      segment.history.push(seq);
      this.#count();
      return last !== undefined && seq <= last ? `P2: history ${seq} after ${last}` : undefined;
    }
    const before = this.position?.seq ?? 0;
    const isReplay = this.remaining > 0;
    if (seq <= before && isReplay && this.#isRewinding) {
      this.#count();
      return undefined;
    }
    if (seq <= before) return `P3: ${seq} after ${before}: twice or out of order`;
    if (!isReplay && seq !== before + 1) return `P3: a gap, ${seq} after ${before}`;
    segment.seqs.push(seq);
    this.position = { epoch: this.position?.epoch ?? '', seq };
    segment.end = seq;
    if (isReplay) this.#count();
    return undefined;
  }

  disconnected(): void {
    this.isJoined = false;
    this.isAsking = false;
    this.asksToRewind = false;
    this.remaining = 0;
  }

  #count(): void {
    this.remaining -= 1;
    if (this.remaining === 0) this.#arrived();
  }

  /** The replay is over: now `joined.seq` counts. */
  #arrived(): void {
    const segment = this.segments.at(-1);
    if (this.#target === undefined || segment === undefined) return;
    this.position = this.#target;
    this.#isRewinding = false;
    if (this.#isHistory) segment.start = this.#target;
    segment.end = this.#target.seq;
    this.#isHistory = false;
  }
}
