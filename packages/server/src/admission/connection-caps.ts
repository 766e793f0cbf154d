export type CapVerdict = 'ok' | 'full' | 'address_full';

export interface ConnectionLimits {
  readonly maxConnections: number;
  /** 0: no limit. */
  readonly maxConnectionsPerIp: number;
}

/** How many connections are open, in all and by address key. Holds one entry per address with an open connection. */
export class ConnectionCaps {
  readonly #limits: ConnectionLimits;
  readonly #byAddress = new Map<string, number>();
  #total = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes a place. `ok` must be followed by exactly one `close` with the same key; the others take nothing. */
  open(address: string): CapVerdict {
    const { maxConnections, maxConnectionsPerIp } = this.#limits;
    if (this.#total >= maxConnections) return 'full';
    const count = this.#byAddress.get(address) ?? 0;
    if (maxConnectionsPerIp > 0 && count >= maxConnectionsPerIp) return 'address_full';
    this.#byAddress.set(address, count + 1);
    this.#total++;
    return 'ok';
  }

  close(address: string): void {
    const count = this.#byAddress.get(address);
    if (count === undefined) return;
    this.#total--;
    if (count === 1) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count - 1);
  }
}
