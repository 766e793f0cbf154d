import type { RoomHistory, RoomMessage } from './history.ts';
import { MOMENT_BASELINE, MOMENT_BUCKET_MS, type MomentSpan } from './moment-scan.ts';
import { isBefore, startOf } from './order.ts';
import { READ_AHEAD } from './restore-flow.ts';

export const MOST_TERMS = 5;
const LEAST_COUNT = 2;

/** What a moment was about. */
export interface MomentStory {
  readonly firstMessageId: string;
  /** Those that rose most first, at most 5. */
  readonly terms: readonly string[];
}

/**
 * Reads a moment's first 15 minutes and the 15 before. A term's score is (n - e) / √(e + 1): n messages of the moment have it, and e would
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
    for (let after = startOf(fromBucket * MOMENT_BUCKET_MS); ; ) {
      const page = history.messages(room, after, before, READ_AHEAD);
      for (const message of page) this.#add(message);
      after = page.at(-1) ?? after;
      yield;
      if (page.length < READ_AHEAD) return;
    }
  }

  #add(message: RoomMessage): void {
    const { first = message } = this;
    this.first = !isBefore(first, message) && message.id < first.id ? message : first;
    this.messages++;
    for (const term of this.#termsOf(message.content)) this.counts.set(term, (this.counts.get(term) ?? 0) + 1);
  }
}

function rising(during: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>, share: number): string[] {
  const risen: { readonly term: string; readonly count: number; readonly score: number }[] = [];
  for (const [term, count] of during) {
    const expected = (before.get(term) ?? 0) * share;
    if (count >= LEAST_COUNT && count > expected) risen.push({ term, count, score: (count - expected) / Math.sqrt(expected + 1) });
  }
  risen.sort((a, b) => b.score - a.score || b.count - a.count || (a.term < b.term ? -1 : 1));
  return risen.slice(0, MOST_TERMS).map(({ term }) => term);
}
