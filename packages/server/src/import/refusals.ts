/** Why a line of an import was refused, and what would be right. */
export const REFUSAL_REASONS = {
  line_too_long: 'The line has more than 64 KiB.',
  not_utf8: 'The line is not valid UTF-8.',
  bad_json: 'The line is not valid JSON.',
  not_an_object: 'The line is JSON, but not an object.',
  timestamp_invalid: 'Needs "t" or "timestamp": ISO 8601 with date, time and zone, or whole milliseconds since 1970.',
  zone_missing: 'The time says no zone, which it needs: Z for UTC, or an offset such as +02:00, as in 2024-05-01T12:00:00Z.',
  in_the_future: 'The event lies more than 60 s in the future.',
  room_invalid: 'Needs "room" or "roomId": 1 to 64 letters, digits and _ - . : #, not beginning with dm: or private:.',
  user_invalid: 'Needs "user" or "userId": 1 to 128 characters without control characters.',
  username_invalid: '"username" has 1 to 50 characters, not only white space, and no control characters.',
  type_unknown: '"type" is chat (also when left out), system, join or leave.',
  content_missing: 'A chat or system event needs "content", a text.',
  content_empty: 'The content is empty.',
  content_too_long: 'The content has more than 1,000 characters.',
  content_invalid: 'The content has a NUL character or is not valid Unicode (half of a surrogate pair).',
  message_id_invalid: '"messageId" is a UUID.',
  reply_to_invalid: '"replyTo" is the UUID of a message.',
} as const;

export type RefusalReason = keyof typeof REFUSAL_REASONS;

/** One refused line. `detail`: what stood there, short and safe to print; empty where the reason says it all. */
export interface RefusedLine {
  /** From 1; blank lines count. */
  readonly line: number;
  readonly detail: string;
}

export interface RefusalGroup {
  readonly reason: RefusalReason;
  readonly count: number;
  /** The first of them, at most `EXAMPLES_PER_REASON`. */
  readonly examples: readonly RefusedLine[];
}

export const EXAMPLES_PER_REASON = 20;

/** Counts refusals; memory is bounded however many there are. */
export class Refusals {
  readonly #groups = new Map<RefusalReason, { count: number; readonly examples: RefusedLine[] }>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(line: number, reason: RefusalReason, detail: string): void {
    this.#total += 1;
    let group = this.#groups.get(reason);
    if (group === undefined) {
      group = { count: 0, examples: [] };
      this.#groups.set(reason, group);
    }
    group.count += 1;
    if (group.examples.length < EXAMPLES_PER_REASON) group.examples.push({ line, detail });
  }

  /** Most frequent first. */
  groups(): readonly RefusalGroup[] {
    const all = [...this.#groups].map(([reason, { count, examples }]) => ({ reason, count, examples: [...examples] }));
    return all.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  }
}

const SHOWN_CHARACTERS = 60;

/** A value of a stranger's file, cut short and in ASCII alone, so that no terminal or log acts on it. */
export function quoteShort(value: unknown): string {
  if (value === undefined) return 'nothing';
  // Never as JSON: a deeply nested value would overflow the stack.
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, SHOWN_CHARACTERS) : value);
  const ascii = text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const isCut = ascii.length > SHOWN_CHARACTERS || (typeof value === 'string' && value.length > SHOWN_CHARACTERS);
  return isCut ? `${ascii.slice(0, SHOWN_CHARACTERS)}…` : ascii;
}
