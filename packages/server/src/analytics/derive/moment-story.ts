import type { RoomHistory, RoomMessage } from './history.ts';
import { MOMENT_BASELINE, MOMENT_BUCKET_MS, type MomentSpan } from './moment-scan.ts';
import { isBefore, type Order, startOf } from './order.ts';

export const MOST_TERMS = 5;
const LEAST_COUNT = 2;
/** Of each 10 seconds so many messages tell what they were about, the first ones and what is simultaneous with the last of them. */
const TELLING = 40;
const READ_AHEAD = 2 * TELLING;

/** What a moment was about. */
export interface MomentStory {
  readonly firstMessageId: string;
  /** Those that rose most first, at most 5. */
  readonly terms: readonly string[];
}

/**
 * Reads of a moment's first 15 minutes and the 15 before what is telling, so that a story costs the same however busy the room is. A term's score is (n - e) / √(e + 1): n messages of the moment have it, and e would
 * with its share of the messages before. Terms of one message alone, or that fell, are none. Ties: more messages, then the term's order.
 * `termsOf`: the different terms of a text. The first message: of simultaneous ones that with the smallest id. Undefined: no message is there (any more). Yields after each read.
 */
export function* momentStory(
  room: number,
  span: Pick<MomentSpan, 'startBucket' | 'endBucket'>,
  history: RoomHistory,
  termsOf: (content: string) => Iterable<string>,
): Generator<void, MomentStory | undefined> {
  const { startBucket } = span;
  const endBucket = Math.min(span.endBucket, startBucket + MOMENT_BASELINE);
  const before = new Terms(termsOf);
  const during = new Terms(termsOf);
  yield* before.read(room, startBucket - MOMENT_BASELINE, startBucket, history);
  yield* during.read(room, startBucket, endBucket, history);
  if (during.first === undefined) return undefined;
  const share = before.messages === 0 ? 0 : during.messages / before.messages;
  return { firstMessageId: during.first.id, terms: rising(during.counts, before.counts, share) };
}

class Terms {
  readonly counts = new Map<string, number>();
  messages = 0;
  first: RoomMessage | undefined;
  readonly #termsOf: (content: string) => Iterable<string>;

  constructor(termsOf: (content: string) => Iterable<string>) {
    this.#termsOf = termsOf;
  }

  *read(room: number, fromBucket: number, toBucket: number, history: RoomHistory): Generator<void, void> {
    const before = startOf(toBucket * MOMENT_BUCKET_MS);
    let last = startOf(fromBucket * MOMENT_BUCKET_MS);
    let told = 0;
    for (let after = last; ; ) {
      const page = history.messages(room, after, before, READ_AHEAD);
      for (const message of page) {
        told = bucketOf(message) === bucketOf(last) ? told + 1 : 1;
        if (told <= TELLING || !isBefore(last, message)) this.#add(message);
        else break;
        last = message;
      }
      yield;
      if (page.length === 0 || (page.length < READ_AHEAD && last === page.at(-1))) return;
      after = last === page.at(-1) ? last : startOf((bucketOf(last) + 1) * MOMENT_BUCKET_MS);
    }
  }

  #add(message: RoomMessage): void {
    const { first = message } = this;
    this.first = !isBefore(first, message) && message.id < first.id ? message : first;
    this.messages++;
    for (const term of this.#termsOf(message.content)) this.counts.set(term, (this.counts.get(term) ?? 0) + 1);
  }
}

const bucketOf = ({ t }: Order): number => Math.floor(t / MOMENT_BUCKET_MS);

function rising(during: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>, share: number): string[] {
  const risen: { readonly term: string; readonly count: number; readonly score: number }[] = [];
  for (const [term, count] of during) {
    const expected = (before.get(term) ?? 0) * share;
    if (count >= LEAST_COUNT && count > expected) risen.push({ term, count, score: (count - expected) / Math.sqrt(expected + 1) });
  }
  risen.sort((a, b) => b.score - a.score || b.count - a.count || (a.term < b.term ? -1 : 1));
  return risen.slice(0, MOST_TERMS).map(({ term }) => term);
}
