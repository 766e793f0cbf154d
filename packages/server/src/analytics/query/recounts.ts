import type { RawQuery } from '../request/fields.ts';
import { parseRecount, type RequestContext } from '../request/parse.ts';
import type { Parsed } from '../request/problem.ts';
import type { QueryStore } from './ports.ts';
import type { Reply } from './question.ts';
import { type RecountProgress, recount } from './recount.ts';
import { replyOf } from './reply.ts';

/** As it came over HTTP. */
export interface RecountQuestion {
  readonly query: RawQuery;
  readonly isRoomLive: boolean;
}

/** How far a recount has come. */
export type RecountStep = ({ readonly kind: 'going' } & RecountProgress) | { readonly kind: 'done'; readonly reply: Reply };

/** Counts again, one range at a time and a piece at a time, so that questions are answered in between. */
export class Recounts {
  readonly #store: QueryStore;
  #running: Generator<RecountProgress, Parsed<object>> | undefined;

  constructor(store: QueryStore) {
    this.#store = store;
  }

  /** Gives up the one that runs. */
  begin({ query, isRoomLive }: RecountQuestion, context: RequestContext): RecountStep {
    this.#running = undefined;
    const request = parseRecount(query, context);
    if (request.kind === 'problem') return { kind: 'done', reply: request };
    this.#running = recount(request.value, this.#store, { isRoomLive, now: context.now });
    return { kind: 'going', read: 0, messages: 0 };
  }

  /** Reads a page of messages or so: a few milliseconds. Only while one is going. */
  step(): RecountStep {
    const running = this.#running;
    if (running === undefined) throw new Error('no recount is going');
    const { done, value } = this.#store.atOneInstant(() => running.next());
    if (!done) return { kind: 'going', ...value };
    this.#running = undefined;
    return { kind: 'done', reply: value.kind === 'problem' ? value : replyOf('json', JSON.stringify(value.value)) };
  }
}
