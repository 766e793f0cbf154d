import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MessageFact } from '../../../analytics/engine/ports.ts';
import { TYPE } from '../rows.ts';
import { type Columns, many, preparer } from '../statements.ts';
import type { UserIds } from '../user-ids.ts';
import { type Counted, countedReader, countedUpTo } from './counted.ts';
import { FACT_COLUMNS, factOf } from './room-history.ts';

/** Entries of one span: the more, the more of each room at once; fewer than are usually behind. */
const MOST = 20_000;

interface Span {
  readonly after: number;
  readonly ahead: number;
  /** Of its messages that are not counted: by room, then row. */
  readonly waiting: readonly (readonly [room: number, row: number])[];
  /** How many of these are counted. */
  at: number;
}

/** The messages that are to be counted next, and as of when they are: how far a span is counted stands in the file. */
export class CountingSpan {
  readonly read: () => Counted;
  readonly #users: UserIds;
  readonly #most: number;
  readonly #waiting: StatementSync;
  readonly #facts: StatementSync;
  readonly #factsBetween: StatementSync;
  readonly #set: StatementSync;
  #span: Span | undefined;

  constructor(db: DatabaseSync, users: UserIds, least = 0) {
    this.read = countedReader(db);
    this.#users = users;
    this.#most = Math.max(MOST, least);
    const prepare = preparer(db);
    this.#waiting = prepare(
      `select room, row from messages where row > ?1 and row <= ?2 and type = ${TYPE.chat} and (room, row) > (?3, ?4) order by room, row`,
    );
    this.#facts = prepare(`select ${FACT_COLUMNS} from json_each(?) rows cross join messages m on m.row = rows.value`);
    this.#factsBetween = prepare(`select ${FACT_COLUMNS} from messages m where m.row between ? and ?`);
    this.#set = prepare('update counted_ahead set ahead = ?, room = ?, row = ?');
  }

  /** How many wait after an entry, up to another: those that were counted already left out, though no more of them than of this span. */
  waiting(after: number, to: number): number {
    const span = this.#spanOf(after, to);
    return span.waiting.length - span.at + Math.max(0, to - span.ahead);
  }

  /** The next `size` of them, or as many as this span still has, and what is counted with them; to be counted in this transaction. */
  next(after: number, to: number, size: number): { readonly messages: readonly MessageFact[]; readonly counted: Counted } {
    const span = this.#spanOf(after, to);
    const piece = span.waiting.slice(span.at, span.at + size);
    span.at += piece.length;
    const last = piece.at(-1);
    const isWhole = last === undefined || span.at === span.waiting.length;
    const counted = isWhole ? countedUpTo(span.ahead) : { through: after, ahead: span.ahead, room: last[0], row: last[1] };
    this.#set.run(counted.ahead, counted.room, counted.row);
    if (isWhole) this.#span = undefined;
    return { messages: this.#read(piece).map((columns) => factOf(columns, this.#users)), counted };
  }

  /** After a rollback. */
  forget(): void {
    this.#span = undefined;
  }

  #read(piece: Span['waiting']): readonly Columns[] {
    const [first, last] = [piece[0]?.[1] ?? 0, piece.at(-1)?.[1] ?? 0];
    // Ascending within a room: then these are all of them, as they mostly are where one room is busy.
    const isWhole = piece[0]?.[0] === piece.at(-1)?.[0] && last - first === piece.length - 1;
    return isWhole ? many(this.#factsBetween, first, last) : many(this.#facts, JSON.stringify(piece.map(([, row]) => row)));
  }

  #spanOf(after: number, to: number): Span {
    if (this.#span?.after === after) return this.#span;
    const begun = this.read();
    const ahead = begun.ahead > after ? begun.ahead : Math.min(to, after + this.#most);
    const waiting = many(this.#waiting, after, ahead, begun.room, begun.row) as [number, number][];
    this.#span = { after, ahead, waiting, at: 0 };
    return this.#span;
  }
}
