import type { MessageFrame } from '@hubbub/protocol';

/** The newest messages of a room, each id once, in the order in which they were added. */
export class Timeline {
  readonly #keep: number;
  #messages: MessageFrame[] = [];
  readonly #ids = new Set<string>();
  #shown: readonly MessageFrame[] | undefined;
  #isTrimmed = false;

  constructor(keep: number) {
    this.#keep = keep;
  }

  /** The same array as long as nothing was added. */
  get messages(): readonly MessageFrame[] {
    this.#shown ??= Object.freeze(this.#messages.slice());
    return this.#shown;
  }

  /** True when older ones were here and had to go. */
  get isTrimmed(): boolean {
    return this.#isTrimmed;
  }

  has(messageId: string): boolean {
    return this.#ids.has(messageId);
  }

  /** False: it is here already. */
  add(message: MessageFrame): boolean {
    if (this.#ids.has(message.messageId)) return false;
    this.#ids.add(message.messageId);
    this.#messages.push(message);
    this.#shown = undefined;
    if (this.#messages.length > this.#keep) this.#trim();
    return true;
  }

  clear(): void {
    this.#messages = [];
    this.#ids.clear();
    this.#shown = undefined;
    this.#isTrimmed = false;
  }

  #trim(): void {
    const oldest = this.#messages.shift();
    if (oldest !== undefined) this.#ids.delete(oldest.messageId);
    this.#isTrimmed = true;
  }
}
