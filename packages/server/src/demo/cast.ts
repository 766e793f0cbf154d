import { randomUUID } from 'node:crypto';
import type { ImportedEvent } from '../import/parse-line.ts';
import type { StoredMessage } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { Speaker } from './speaker.ts';
import type { Tally } from './tally.ts';

/** Messages without an answer; beyond it the log waits. */
const MOST_UNANSWERED = 500;
/** Ids of the log whose messages may be replied to. */
const MOST_KNOWN_IDS = 10_000;
const GOODBYE_MS = 2000;
/** Connections that failed one after the other: then there is no server. */
const MOST_FAILURES = 10;

export interface CastDeps {
  /** `ws://host:port/ws`. */
  readonly url: string;
  readonly maxUsers: number;
  /** In place of the rooms of the log. */
  readonly room: string | undefined;
  readonly clock: Clock;
  readonly tally: Tally;
  /** Nobody is to wait any more. */
  readonly signal: AbortSignal;
}

/** The users of a log, each with a connection while there are places; the least recently active one makes way. */
export class Cast {
  readonly #deps: CastDeps;
  /** Least recently active first; those that leave keep their place until they have gone. */
  readonly #speakers = new Map<string, Speaker>();
  readonly #seen = new Set<string>();
  /** Id in the log → id on this server, of what was acked. */
  readonly #ids = new Map<string, string>();
  /** The other way round, of what is on its way. */
  readonly #pending = new Map<string, string>();
  #waiting: (() => void)[] = [];
  #failures = 0;

  constructor(deps: CastDeps) {
    this.#deps = deps;
    deps.signal.addEventListener('abort', () => this.#wake());
  }

  get isServerGone(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  /** Plays one event, as soon as its user has a place. Resolves when it is on its way, or nobody is to wait. */
  async perform(event: ImportedEvent): Promise<void> {
    const roomId = this.#deps.room ?? event.roomId;
    if (event.type === 'leave') return this.#speakers.get(event.userId)?.leave();
    const speaker = await this.#speakerOf(event, roomId);
    if (speaker === undefined || !('content' in event)) return;
    await this.#until(() => this.#unanswered() < MOST_UNANSWERED);
    if (!this.#deps.signal.aborted) this.#say(speaker, roomId, event);
  }

  /** Waits for the answers that are on their way, `limitMs` at most. */
  async settle(limitMs: number): Promise<void> {
    await this.#within(limitMs, () => this.#until(() => this.#unanswered() === 0));
  }

  /** Everybody goes, with 1000. */
  async leave(): Promise<void> {
    for (const speaker of this.#speakers.values()) speaker.end();
    await this.#within(GOODBYE_MS, async () => {
      while (this.#speakers.size > 0) await this.#change();
    });
    for (const speaker of this.#speakers.values()) speaker.end(true);
  }

  #say(speaker: Speaker, roomId: string, { type, content, messageId, replyTo }: StoredMessage): void {
    const ref = randomUUID();
    const target = replyTo === undefined ? undefined : this.#ids.get(replyTo);
    this.#pending.set(ref, messageId);
    this.#deps.tally.messages++;
    // Its own id, so that the same log may be played again; the replies go along.
    speaker.say(roomId, { type, content, messageId: ref, ref, ...(target === undefined ? {} : { replyTo: target }) });
  }

  async #speakerOf(event: ImportedEvent, roomId: string): Promise<Speaker | undefined> {
    const { userId } = event;
    const present = this.#speakers.get(userId);
    if (present !== undefined && !present.isLeaving) {
      this.#speakers.delete(userId);
      this.#speakers.set(userId, present);
      return present;
    }
    // Who comes back waits for the end of the connection before: so the order of a sender's messages stays.
    await this.#until(() => !this.#speakers.has(userId));
    this.#makeRoom();
    await this.#until(() => this.#speakers.size < this.#deps.maxUsers);
    return this.#deps.signal.aborted ? undefined : this.#connect(event, roomId);
  }

  #makeRoom(): void {
    if (this.#speakers.size < this.#deps.maxUsers) return;
    const all = [...this.#speakers.values()];
    if (all.some(({ isLeaving }) => isLeaving)) return;
    (all.find(({ unanswered }) => unanswered === 0) ?? all[0])?.leave();
  }

  #connect({ userId, username }: ImportedEvent, roomId: string): Speaker {
    const { url, clock, tally } = this.#deps;
    const speaker = new Speaker({ userId, username }, roomId, {
      url,
      clock,
      tally,
      onOpen: () => {
        this.#failures = 0;
      },
      onEnd: (ref, isAcked) => this.#end(ref, isAcked),
      onClose: (hasOpened) => {
        if (!hasOpened) this.#failures++;
        if (this.#speakers.get(userId) === speaker) this.#speakers.delete(userId);
        tally.usersNow = this.#speakers.size;
        this.#wake();
      },
    });
    this.#speakers.set(userId, speaker);
    this.#seen.add(userId);
    tally.usersSeen = this.#seen.size;
    tally.usersNow = this.#speakers.size;
    return speaker;
  }

  #end(ref: string, isAcked: boolean): void {
    const known = this.#pending.get(ref);
    this.#pending.delete(ref);
    if (isAcked && known !== undefined) this.#ids.set(known, ref);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > MOST_KNOWN_IDS && oldest !== undefined) this.#ids.delete(oldest);
    this.#wake();
  }

  #unanswered(): number {
    let sum = 0;
    for (const { unanswered } of this.#speakers.values()) sum += unanswered;
    return sum;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.#deps.signal.aborted) await this.#change();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #within(limitMs: number, wait: () => Promise<void>): Promise<void> {
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = this.#deps.clock.after(limitMs, resolve);
    });
    await Promise.race([wait(), late]);
    cancel();
  }
}
