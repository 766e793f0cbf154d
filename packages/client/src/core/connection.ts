import { type Reconnect, reconnectFor } from '@hubbub/protocol';
import type { Random } from '../random.ts';
import type { Settings } from '../settings.ts';
import { ceilingOf, fullJitter } from './backoff.ts';
import type { ClosedReason, ConnectionState } from './states.ts';
import type { Emit } from './steps.ts';

/** After this time a connection counts as good: the next wait begins small again. */
const STABLE_MS = 10_000;
/** No close frame came. */
const ABNORMAL = 1006;

export interface ConnectionDeps {
  readonly settings: Settings;
  readonly random: Random;
  readonly emit: Emit;
  /** A token can be had anew for each attempt. */
  readonly renewsToken: boolean;
}

/** The one connection of a client: states, waits, and whether the other end still lives. */
export class Connection {
  readonly #deps: ConnectionDeps;
  #state: ConnectionState = { kind: 'connecting', attempt: 1 };
  #socket = 0;
  #failures = 0;
  #deadline = 0;
  #heardAt = 0;
  /** Something was asked that must be answered, and nothing was heard since. */
  #askedAt: number | undefined;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isConnected(): boolean {
    return this.#state.kind === 'connected';
  }

  /** What an orphaned socket says is nobody's. */
  isCurrent(socket: number): boolean {
    return socket === this.#socket;
  }

  open(now: number): void {
    this.#socket += 1;
    this.#deadline = now + this.#deps.settings.connectMs;
    this.#to({ kind: 'connecting', attempt: this.#failures + 1 });
    this.#deps.emit({ kind: 'open', socket: this.#socket });
  }

  opened(now: number): void {
    this.heard(now);
    this.#to({ kind: 'connected', since: now });
  }

  /** The other end lives. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#askedAt = undefined;
  }

  /** The other end was asked something that a living one answers, or says something else. */
  asked(now: number): void {
    this.#askedAt ??= now;
  }

  /** The present socket ended with this code. */
  ended(closeCode: number, now: number): void {
    const { state } = this;
    if (state.kind === 'closed' || state.kind === 'waiting') return;
    const isStable = state.kind === 'connected' && now - state.since >= STABLE_MS;
    this.#failures = isStable ? 1 : this.#failures + 1;
    this.#forget();
    const reconnect = reconnectFor(closeCode);
    const isOver = reconnect === 'no' || (reconnect === 'with-new-token' && !this.#deps.renewsToken);
    if (isOver) return this.#to({ kind: 'closed', reason: { kind: 'refused', closeCode } });
    this.#to({ kind: 'waiting', retryAt: now + this.#waitFor(reconnect), attempt: this.#failures + 1, closeCode });
  }

  /** The present socket is of no use: it is closed without waiting for an answer. */
  abandon(now: number): void {
    this.#deps.emit({ kind: 'abandon', socket: this.#socket });
    this.ended(ABNORMAL, now);
  }

  close(reason: ClosedReason): void {
    const { kind } = this.#state;
    if (kind === 'closed') return;
    if (kind !== 'waiting') this.#deps.emit({ kind: 'abandon', socket: this.#socket });
    this.#forget();
    this.#to({ kind: 'closed', reason });
  }

  /** The network or the machine is back: no more waiting, and no trust in a connection that it may have cost. True: ask whether it lives. */
  wake(now: number): boolean {
    if (this.#state.kind === 'waiting') this.open(now);
    return this.#state.kind === 'connected' && this.#askedAt === undefined;
  }

  /** Does what is due. True: ask whether the other end lives. */
  tick(now: number): boolean {
    if (this.nextAt > now) return false;
    const { kind } = this.#state;
    if (kind === 'waiting') this.open(now);
    else if (kind === 'connecting' || this.#askedAt !== undefined) this.abandon(now);
    else return kind === 'connected';
    return false;
  }

  /** When `tick` has something to do. */
  get nextAt(): number {
    const { state } = this;
    const { answerMs, silenceMs } = this.#deps.settings;
    if (state.kind === 'waiting') return state.retryAt;
    if (state.kind === 'connecting') return this.#deadline;
    if (state.kind === 'closed') return Number.POSITIVE_INFINITY;
    return this.#askedAt === undefined ? this.#heardAt + silenceMs : this.#askedAt + answerMs;
  }

  #waitFor(reconnect: Exclude<Reconnect, 'no'>): number {
    const { settings, random } = this.#deps;
    const { retryBaseMs: base, retryMaxMs: max } = settings;
    if (reconnect === 'now' && this.#failures === 1) return 0;
    if (reconnect !== 'later') return fullJitter(this.#failures, base, max, random);
    // The server said that it has too much to do: between half and all of a longer wait.
    const ceiling = ceilingOf(this.#failures + 3, base, max);
    return ceiling / 2 + (random() * ceiling) / 2;
  }

  /** Whatever the socket still says is an orphan's. */
  #forget(): void {
    this.#socket += 1;
  }

  #to(state: ConnectionState): void {
    this.#state = state;
    this.#deps.emit({ kind: 'connection', state });
  }
}
