import type { ChatFrame, ErrorFrame } from '@hubbub/protocol';
import type { Settings } from '../settings.ts';
import { ceilingOf } from './backoff.ts';
import { Pace } from './pace.ts';
import type { Pending } from './states.ts';
import type { OwnMessage } from './steps.ts';

const LONGEST_WAIT_MS = 60_000;

interface Entry extends OwnMessage {
  readonly createdAt: number;
  attempts: number;
  /** On this connection, and not answered. */
  sentAt: number | undefined;
  /** Not sent before. */
  dueAt: number;
  /** In the timeline: ordered by the server, but not acked. */
  isEchoed: boolean;
  failure: { readonly code: string; readonly message: string } | undefined;
}

/**
 * Messages of ours that are not acked. One of a room is under way until the server has ordered it (echo or ack), then the next: so ours
 * stand in the room in the order in which they were written, whatever was refused or lost in between. Acks come when they come.
 */
export class Outbox {
  readonly #settings: Settings;
  readonly #entries = new Map<string, Entry>();
  readonly #pace = new Pace();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Failed ones do not count: they have a bound of their own. */
  get isFull(): boolean {
    return this.#entries.size - this.#failed().length >= this.#settings.maxPending;
  }

  has(messageId: string): boolean {
    return this.#entries.has(messageId);
  }

  roomOf(messageId: string): string | undefined {
    return this.#entries.get(messageId)?.roomId;
  }

  add(message: OwnMessage, now: number): void {
    const fresh = { createdAt: now, attempts: 0, sentAt: undefined, dueAt: now, isEchoed: false, failure: undefined };
    this.#entries.set(message.messageId, { ...message, ...fresh });
  }

  /** What is not in the timeline yet. */
  pendingOf(roomId: string): readonly Pending[] {
    return this.#of(roomId)
      .filter((entry) => !entry.isEchoed)
      .map(({ messageId, content, replyTo, createdAt, sentAt, failure }) => {
        const status = failure === undefined ? { kind: sentAt === undefined ? 'queued' : 'sent' } : { kind: 'failed', ...failure };
        return { messageId, content, replyTo, createdAt, status } as Pending;
      });
  }

  /** The frame to write next in a room that is live; ask again after each. */
  next(roomId: string, now: number): ChatFrame | undefined {
    if (this.#entries.size === 0) return undefined;
    const entry = this.#turns(roomId).find((each) => this.#dueAt(each) <= now);
    if (entry === undefined) return undefined;
    const { messageId, content, replyTo } = entry;
    const retry = entry.attempts > 0;
    entry.attempts += 1;
    entry.sentAt = now;
    this.#pace.sent(now);
    return { type: 'chat', roomId, content, messageId, replyTo, retry, ref: messageId };
  }

  /** When `next` has something for a room that is live. */
  nextAt(roomId: string): number {
    if (this.#entries.size === 0) return Number.POSITIVE_INFINITY;
    return Math.min(...this.#turns(roomId).map((entry) => this.#dueAt(entry)));
  }

  /** It stands in the room's order. False: it is not one of these. */
  echoed(messageId: string): boolean {
    const entry = this.#entries.get(messageId);
    if (entry === undefined || entry.failure !== undefined) return false;
    entry.isEchoed = true;
    this.#pace.taken();
    return true;
  }

  /** It is done, one way or the other. False: it is not one of these. */
  remove(messageId: string): boolean {
    return this.#entries.delete(messageId);
  }

  /** The server refused it. True: for good. */
  refused(messageId: string, { code, message, retryable, retryAfterMs }: ErrorFrame, now: number): boolean {
    const entry = this.#entries.get(messageId);
    if (entry === undefined) return false;
    entry.sentAt = undefined;
    if (code === 'rate_limited') this.#pace.tooFast(now, retryAfterMs ?? 1000);
    // The room is joined again first, which holds everything back.
    const isForGood = !retryable && code !== 'not_in_room';
    if (isForGood) this.#fail(entry, { code, message });
    else entry.dueAt = now + (retryAfterMs ?? this.#waitAfter(entry, this.#settings.retryBaseMs));
    return isForGood;
  }

  /** One that failed is tried again. False: there is no such one. */
  retry(messageId: string): boolean {
    const entry = this.#entries.get(messageId);
    if (entry?.failure === undefined) return false;
    entry.failure = undefined;
    return true;
  }

  hasFailed(messageId: string): boolean {
    return this.#entries.get(messageId)?.failure !== undefined;
  }

  /** Nothing that was on its way will be answered. */
  lost(now: number): void {
    this.#pace.reset();
    for (const entry of this.#entries.values()) {
      entry.sentAt = undefined;
      entry.dueAt = now;
    }
  }

  /** The timeline begins anew: what is not in it may have been lost by the server. */
  reset(roomId: string): void {
    for (const entry of this.#of(roomId)) entry.isEchoed = false;
  }

  idsOf(roomId: string): readonly string[] {
    return this.#of(roomId).map(({ messageId }) => messageId);
  }

  /** Where nobody discards what failed, the oldest goes. */
  #fail(entry: Entry, failure: Entry['failure']): void {
    entry.failure = failure;
    entry.isEchoed = false;
    const failed = this.#failed();
    if (failed.length > this.#settings.maxPending) this.#entries.delete(failed[0]?.messageId ?? '');
  }

  #failed(): readonly Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.failure !== undefined);
  }

  #of(roomId: string): readonly Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.roomId === roomId);
  }

  /** Those that may be said now: up to the first that has no place in the order. */
  #turns(roomId: string): readonly Entry[] {
    const standing = this.#of(roomId).filter((entry) => entry.failure === undefined);
    const first = standing.findIndex((entry) => !entry.isEchoed);
    return first === -1 ? standing : standing.slice(0, first + 1);
  }

  #dueAt(entry: Entry): number {
    const at = entry.sentAt === undefined ? entry.dueAt : entry.sentAt + this.#waitAfter(entry, this.#settings.answerMs);
    return Math.max(at, this.#pace.nextAt);
  }

  #waitAfter({ attempts }: Entry, base: number): number {
    return ceilingOf(attempts, base, LONGEST_WAIT_MS);
  }
}
