/** Case-folds a name or a text, so that both can be compared. */
export const fold = (text: string): string => text.toLowerCase();

/** Finds the names it holds in texts: `@name` anywhere, `name:` or `name,` at the beginning; the longest that fits each place. */
export class NameIndex {
  /** How many names there are of a length. */
  readonly #lengths: number[] = [];

  enter(name: string): void {
    this.#lengths[name.length] = (this.#lengths[name.length] ?? 0) + 1;
  }

  leave(name: string): void {
    this.#lengths[name.length] = (this.#lengths[name.length] ?? 1) - 1;
  }

  find(content: string, counts: (name: string) => boolean, found: (name: string) => void): void {
    const text = fold(content);
    for (let length = Math.min(this.#lengths.length, text.length) - 1; length > 0; length--) {
      const after = text.charCodeAt(length);
      if ((after === 58 || after === 44) && this.#fits(text, 0, length, counts, found)) break;
    }
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      for (let length = Math.min(this.#lengths.length, text.length - at) - 1; length > 0; length--) {
        if (this.#fits(text, at + 1, length, counts, found)) break;
      }
    }
  }

  #fits(text: string, from: number, length: number, counts: (name: string) => boolean, found: (name: string) => void): boolean {
    if (!this.#lengths[length]) return false;
    const name = text.slice(from, from + length);
    if (!counts(name)) return false;
    found(name);
    return true;
  }
}
