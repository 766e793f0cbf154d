/** What may be held for long by one address; a page or a script needs few. */
const PER_ADDRESS = 100;
/**
 * Younger sockets are not held against their address: when a server comes back, thousands behind one address connect at once, and
 * become WebSockets a moment later.
 */
const FRESH_MS = 2000;

interface Held {
  readonly address: string;
  readonly openedAt: number;
  /** Requests that are being answered. */
  requests: number;
}

export interface Admission<S> {
  readonly verdict: 'ok' | 'full' | 'address_full';
  /** To be closed, for the new one. */
  readonly victim?: S;
}

/** The sockets that are no WebSockets, oldest first, in all and by address key; idle ones make way for new ones. */
export class SocketBudget<S extends object> {
  readonly #held = new Map<S, Held>();
  readonly #byAddress = new Map<string, Set<S>>();
  /** Behind a proxy all sockets are of one address, and that says nothing. */
  readonly #isByAddress: boolean;

  constructor(isByAddress: boolean) {
    this.#isByAddress = isByAddress;
  }

  get size(): number {
    return this.#held.size;
  }

  /** `isFull`: there is room for this one only when another one goes. `now`: `clock.monotonic()`. */
  open(socket: S, address: string, now: number, isFull: boolean): Admission<S> {
    const admission = isFull ? this.#makeRoom() : this.#considerAddress(address, now);
    if (admission.victim !== undefined) this.close(admission.victim);
    if (admission.verdict !== 'ok') return admission;
    this.#held.set(socket, { address, openedAt: now, requests: 0 });
    const own = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, own.add(socket));
    return admission;
  }

  began(socket: S): void {
    const held = this.#held.get(socket);
    if (held !== undefined) held.requests++;
  }

  ended(socket: S): void {
    const held = this.#held.get(socket);
    if (held !== undefined) held.requests--;
  }

  /** It is closed or has become a WebSocket. Any number of times. */
  close(socket: S): void {
    const held = this.#held.get(socket);
    if (held === undefined) return;
    this.#held.delete(socket);
    const own = this.#byAddress.get(held.address);
    own?.delete(socket);
    if (own?.size === 0) this.#byAddress.delete(held.address);
  }

  #makeRoom(): Admission<S> {
    for (const [victim, { requests }] of this.#held) if (requests === 0) return { verdict: 'ok', victim };
    return { verdict: 'full' };
  }

  #considerAddress(address: string, now: number): Admission<S> {
    const own = this.#byAddress.get(address);
    if (!this.#isByAddress || own === undefined || own.size < PER_ADDRESS) return { verdict: 'ok' };
    let settled = 0;
    for (const victim of own) {
      const held = this.#held.get(victim);
      if (held === undefined || now - held.openedAt < FRESH_MS) break;
      if (held.requests === 0) return { verdict: 'ok', victim };
      settled++;
    }
    return { verdict: settled < PER_ADDRESS ? 'ok' : 'address_full' };
  }
}
