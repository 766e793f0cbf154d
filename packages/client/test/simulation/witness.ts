import type { Journal } from '../../../server/test/simulation/journal.ts';
import type { Segment } from '../../../server/test/simulation/view.ts';
import type { Room, RoomEvent } from '../../src/index.ts';

/** What one client's user was shown of one room: a segment for each time that he was told that something may be missing. */
export class Witness {
  readonly segments: Segment[] = [];
  readonly #journal: Journal;
  readonly #name: string;
  readonly #keep: number;

  constructor(journal: Journal, name: string, keep: number) {
    this.#journal = journal;
    this.#name = name;
    this.#keep = keep;
  }

  watch(room: Room): void {
    room.subscribe((event) => this.#see(room, event));
  }

  #see(room: Room, event: RoomEvent): void {
    this.#journal.count(event.kind === 'state' ? event.state.kind : event.kind);
    if (event.kind === 'history' || event.kind === 'reset') this.#began(room, event.messages);
    else if (event.kind === 'message') this.#came(room.id, event.message.seq ?? 0, event.message.messageId);
    else if (event.kind === 'state' && event.state.kind === 'live') this.#arrived(event.state.position.seq);
    this.#check(room);
  }

  #began(room: Room, messages: readonly { readonly seq?: number; readonly messageId: string }[]): void {
    const { state } = room;
    if (state.kind !== 'live') return this.#wrong(`a timeline begins in the state ${state.kind}`);
    for (const { seq = 0, messageId } of messages) this.#journal.observe(room.id, seq, messageId);
    const history = messages.map(({ seq = 0 }) => seq);
    this.segments.push({ start: state.position, history, seqs: [], end: state.position.seq });
  }

  #came(roomId: string, seq: number, messageId: string): void {
    this.#journal.observe(roomId, seq, messageId);
    const segment = this.segments.at(-1);
    if (segment === undefined) return this.#wrong(`a message (${seq}) before any history`);
    if (seq <= segment.end) this.#wrong(`P3: ${seq} after ${segment.end}: twice or out of order`);
    segment.seqs.push(seq);
    segment.end = seq;
  }

  #arrived(seq: number): void {
    const segment = this.segments.at(-1);
    if (segment !== undefined) segment.end = Math.max(segment.end, seq);
  }

  /** What is shown is bounded, in order, and shows nothing twice. */
  #check(room: Room): void {
    const { messages, pending } = room.snapshot();
    if (messages.length > this.#keep) this.#wrong(`${messages.length} messages are kept`);
    const ids = new Set(messages.map(({ messageId }) => messageId));
    if (ids.size !== messages.length) this.#wrong('the timeline shows an id twice');
    if (pending.some(({ messageId, status }) => ids.has(messageId) && status.kind !== 'failed'))
      this.#wrong('a message is shown and pending');
    if (messages.some(({ seq = 0 }, i) => seq <= (messages[i - 1]?.seq ?? -1))) this.#wrong('the timeline is out of order');
  }

  #wrong(what: string): void {
    this.#journal.violated(`${this.#name}: ${what}`);
  }
}
