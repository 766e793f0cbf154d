import { EXPANDS, expandedUnit, expansionOf, MARK, MARKS_IN_A_ROW } from './code-points.ts';
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

  addText(text: string, start: number, end: number): void {
    for (let at = start; at < end; at++) this.add(text.charCodeAt(at));
  }

  /** Takes the last units back. */
  shorten(units: number): void {
    this.#length -= units;
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
/** Ligatures of several words that this message had, each after the one right before it (0: none; ALONE: a run of its own). There are two of them. */
const phrases: { readonly point: number; readonly before: number }[] = [];

const ALONE = -1;

/** Puts a run aside whose letters are settled or expand. */
export function expandRun({ units, kinds }: Reading, start: number, end: number): void {
  if (end - start === 1 && hasBeenAlone(units[start] ?? 0)) return;
  expanded.reserve((end - start) * LONGEST_EXPANSION + 1);
  let before = 0;
  for (let at = start; at < end; at++) {
    if (((kinds[at] ?? 0) & EXPANDS) === 0) {
      expanded.add(units[at] ?? 0);
      before = 0;
      continue;
    }
    const point = pointAt(units, at);
    const unit = expandedUnit(point);
    if (unit === 0) before = copyExpansion(point, before);
    else {
      expanded.add(unit);
      before = 0;
    }
    if (point > 0xffff) at++;
  }
  expanded.add(NEW_LINE);
}

function hasBeenAlone(point: number): boolean {
  if ((expansionOf(point)?.firstSpace ?? -1) < 0) return false;
  if (isMet(point, ALONE)) return true;
  phrases.push({ point, before: ALONE });
  return false;
}

function isMet(point: number, before: number): boolean {
  return phrases.some((phrase) => phrase.point === point && phrase.before === before);
}

/**
 * Answers the point if it is a ligature of several words, else 0. Of these only the outer words depend on what is beside them: the inner
 * ones are written once a message, and of two in a row the word between them.
 */
function copyExpansion(point: number, before: number): number {
  const expansion = expansionOf(point);
  if (expansion === undefined) return 0;
  const { text, firstSpace, lastSpace } = expansion;
  if (firstSpace < 0) {
    expanded.addText(text, 0, text.length);
    return 0;
  }
  if (before !== 0 && isMet(point, before)) {
    if (before === point) return point;
    const last = expansionOf(before);
    if (last !== undefined) expanded.shorten(last.text.length - last.lastSpace - 1);
    expanded.addText(text, lastSpace + 1, text.length);
    return point;
  }
  const isNew = phrases.every((phrase) => phrase.point !== point || phrase.before === ALONE);
  if (isNew || before !== 0) phrases.push({ point, before });
  expanded.addText(text, 0, isNew ? lastSpace : firstSpace);
  expanded.addText(text, lastSpace, text.length);
  return point;
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
