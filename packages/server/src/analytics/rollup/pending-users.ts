import { NumberCounts } from './number-counts.ts';
import type { PendingContainer, Settled } from './pending.ts';
import { mergeUsers } from './user-body.ts';

/** A container of `users` or `presence`: its body as it was, and what changed by `entryKey`. */
export class PendingUsers implements PendingContainer {
  readonly #hasCounts: boolean;
  #body: Uint8Array | undefined;
  readonly #changes = new NumberCounts();

  constructor(hasCounts: boolean, body: Uint8Array | undefined) {
    this.#hasCounts = hasCounts;
    this.#body = body;
  }

  get memory(): number {
    return 200 + (this.#body?.length ?? 0) + this.#changes.memory;
  }

  /** By how much entries change until `settle`. Without counts, anything above zero makes an entry be there. */
  get changes(): NumberCounts {
    return this.#changes;
  }

  settle(): Settled {
    const { body, shortfalls, isCorrupt } = mergeUsers(this.#body, this.#changes, this.#hasCounts);
    this.#body = body;
    this.#changes.clear();
    return { body, shortfalls, corrupt: isCorrupt ? 1 : 0 };
  }
}
