import { EXPANDS, expansionOf, MARK, MARKS_IN_A_ROW } from './code-points.ts';
import { pointAt, type Reading } from './reading.ts';

/** Room for the longest message, each unit of it expanded. */
const USUAL_UNITS = 40_000;
/** The longest expansion of a code point (of ﷺ). */
const LONGEST_EXPANSION = 18;
const NEW_LINE = 0x0a;

/** A text that is written unit by unit. */
class Draft {
  #bytes = Buffer.alloc(USUAL_UNITS * 2);
  #units = new Uint16Array(this.#bytes.buffer, this.#bytes.byteOffset, USUAL_UNITS);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Makes room for so many units more. */
  reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#units.length) return;
    const bytes = Buffer.alloc(needed * 4);
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
    this.#units = new Uint16Array(bytes.buffer, bytes.byteOffset, needed * 2);
  }

  add(unit: number): void {
    this.#units[this.#length++] = unit;
  }

  /** The text, which is empty from then on. */
  take(): string {
    const text = this.#bytes.toString('utf16le', 0, this.#length * 2);
    this.#length = 0;
    if (this.#units.length > USUAL_UNITS) {
      this.#bytes = Buffer.alloc(USUAL_UNITS * 2);
      this.#units = new Uint16Array(this.#bytes.buffer, this.#bytes.byteOffset, USUAL_UNITS);
    }
    return text;
  }
}

/** A message's runs that are not written as its terms are, one a line: those whose letters each become others, and those that only normalizing settles. */
const expanded = new Draft();
const raw = new Draft();
/** Ligatures of several words that this message had. */
const phrases: number[] = [];

/** Puts a run aside whose letters are settled or expand. */
export function expandRun({ units, kinds }: Reading, start: number, end: number): void {
  expanded.reserve((end - start) * LONGEST_EXPANSION + 1);
  for (let at = start; at < end; at++) {
    if (((kinds[at] ?? 0) & EXPANDS) === 0) expanded.add(units[at] ?? 0);
    else {
      const point = pointAt(units, at);
      copyExpansion(point);
      if (point > 0xffff) at++;
    }
  }
  expanded.add(NEW_LINE);
}

/** Of a phrase only the outer words depend on its neighbours; the inner ones were met. */
function copyExpansion(point: number): void {
  const expansion = expansionOf(point);
  let end = expansion.length;
  let resume = end;
  if (end > 1 && expansion.includes(' ')) {
    if (phrases.includes(point)) {
      end = expansion.indexOf(' ');
      resume = expansion.lastIndexOf(' ');
    } else phrases.push(point);
  }
  for (let at = 0; at < end; at++) expanded.add(expansion.charCodeAt(at));
  for (let at = resume; at < expansion.length; at++) expanded.add(expansion.charCodeAt(at));
}

/** Puts any run aside; of more than 30 marks in a row the first 30 (normalizing is quadratic in them: UAX #15, stream-safe text format). */
export function setRunAside({ units, kinds }: Reading, start: number, end: number): void {
  raw.reserve(end - start + 1);
  let row = 0;
  for (let at = start; at < end; at++) {
    const kind = kinds[at] ?? 0;
    if (kind !== 0) row = (kind & MARK) === 0 ? 0 : row + 1;
    if (row <= MARKS_IN_A_ROW) raw.add(units[at] ?? 0);
  }
  raw.add(NEW_LINE);
}

/** What was put aside, as terms are written but for `’`. */
export function takeExpanded(): string {
  if (expanded.isEmpty) return '';
  phrases.length = 0;
  return expanded.take();
}

export function takeNormalized(): string {
  return raw.isEmpty ? '' : raw.take().normalize('NFKC').toLowerCase();
}
