import { LIMITS, type MessageFrame } from '@hubbub/protocol';

/** What is known of who is in a room: those who came while we were here, and in large rooms the number. */
export class Presence {
  readonly #seen = new Map<string, string>();
  #members: number | undefined;

  /** User id → username of those who came since we did and have not left. Empty in rooms that only tell their number. */
  get seen(): ReadonlyMap<string, string> {
    return new Map(this.#seen);
  }

  /** As the server last told; undefined while each coming and going is told instead. */
  get members(): number | undefined {
    return this.#members;
  }

  noticed({ type, userId, username }: MessageFrame): void {
    this.#members = undefined;
    if (type === 'leave') this.#seen.delete(userId);
    else if (this.#seen.size < LIMITS.presenceAnnounceMax) this.#seen.set(userId, username);
  }

  counted(members: number): void {
    this.#members = members;
    this.#seen.clear();
  }

  /** What happened while we were away was told to nobody. */
  clear(): void {
    this.#seen.clear();
    this.#members = undefined;
  }
}
