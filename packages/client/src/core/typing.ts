import { LIMITS, type TypingNotice } from '@hubbub/protocol';

/** A notice stands for the time until the next one, and a little more for the way. */
const SHOWN_MS = 2 * LIMITS.typingIntervalMs;
/** More are not shown: nobody reads them. */
const MAX_SHOWN = 20;

export interface Typist {
  readonly userId: string;
  readonly username: string;
}

/** Who types in a room, and when we may say that we do. Methods return whether something changed. */
export class Typing {
  readonly #until = new Map<string, { readonly typist: Typist; readonly until: number }>();
  #saidAt = Number.NEGATIVE_INFINITY;

  get typists(): readonly Typist[] {
    return [...this.#until.values()].map(({ typist }) => typist);
  }

  get nextAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { until } of this.#until.values()) at = Math.min(at, until);
    return at;
  }

  noticed({ userId, username }: TypingNotice, now: number): boolean {
    const isNew = !this.#until.has(userId);
    if (isNew && this.#until.size >= MAX_SHOWN) return false;
    this.#until.set(userId, { typist: { userId, username }, until: now + SHOWN_MS });
    return isNew;
  }

  /** Said what was being typed, or left. */
  ended(userId: string): boolean {
    return this.#until.delete(userId);
  }

  expire(now: number): boolean {
    if (this.#until.size === 0) return false;
    const over = [...this.#until].filter(([, { until }]) => until <= now);
    for (const [userId] of over) this.#until.delete(userId);
    return over.length > 0;
  }

  clear(): boolean {
    const had = this.#until.size > 0;
    this.#until.clear();
    return had;
  }

  /** True: say it now. The server passes on no more than this. */
  maySay(now: number): boolean {
    if (now - this.#saidAt < LIMITS.typingIntervalMs) return false;
    this.#saidAt = now;
    return true;
  }
}
