/** Of the last byte of a varint: eight bytes are at most 2^56. */
const MOST_SCALE = 2 ** 49;

/**
 * The long varints of loops that read the short ones themselves. What cannot be read is 0 and stays broken: `at` is then beyond the
 * end, where everything is 0.
 */
export class VarintReader {
  #body: Uint8Array = new Uint8Array(0);
  #end = 0;
  #isBroken = false;
  /** Where the last one ended. */
  at = 0;

  get isBroken(): boolean {
    return this.#isBroken;
  }

  open(body: Uint8Array, from: number, to: number): void {
    this.#body = body;
    this.#end = to;
    this.#isBroken = false;
    this.at = from;
  }

  next(): number {
    return this.from(this.at);
  }

  from(start: number): number {
    let at = start;
    let value = 0;
    let byte = 128;
    for (let scale = 1; byte >= 128; scale *= 128) {
      if (at >= this.#end || scale > MOST_SCALE) return this.#fail();
      byte = this.#body[at++] ?? 0;
      value += (byte & 127) * scale;
    }
    this.at = at;
    return value <= Number.MAX_SAFE_INTEGER ? value : this.#fail();
  }

  skip(varints: number): void {
    let at = this.at;
    for (let left = varints; left > 0; at++) {
      if (at >= this.#end) {
        this.#fail();
        return;
      }
      if ((this.#body[at] ?? 0) < 128) left -= 1;
    }
    this.at = at;
  }

  #fail(): 0 {
    this.#isBroken = true;
    this.at = Math.max(this.#end, this.#body.length) + 1;
    return 0;
  }
}
