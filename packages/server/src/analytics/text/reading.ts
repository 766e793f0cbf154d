import { classOf, SPACE } from './code-points.ts';

/** Of the longest message, each unit of it expanded; a longer text has arrays of its own. */
const USUAL_UNITS = 40_000;
/** Zeros after the end: whoever looks a little further need not ask where it is. */
const MARGIN = 4;
const BYTES_IN_A_UNIT = 2;

/** A text, unit by unit, with what each code point is. */
export interface Reading {
  readonly text: string;
  /** In UTF-16 units; four zeros follow in both arrays, and then anything. */
  readonly length: number;
  readonly units: Uint16Array;
  /** `classOf` of the code point that begins at a place; 0: the second half of a pair. */
  readonly kinds: Uint16Array;
  readonly codePoints: number;
  /** All kinds together. */
  readonly anyKind: number;
  /** Where the first white space is; the end if there is none. */
  readonly firstSpace: number;
}

const bytes = Buffer.alloc((USUAL_UNITS + MARGIN) * BYTES_IN_A_UNIT);
const usual = {
  units: new Uint16Array(bytes.buffer, bytes.byteOffset, USUAL_UNITS + MARGIN),
  kinds: new Uint16Array(USUAL_UNITS + MARGIN),
};

/** Stands until the next call. One native copy, then one look at each code point: strings are read several times as slowly. */
export function readingOf(text: string): Reading {
  const { length } = text;
  const { units, kinds } = length <= USUAL_UNITS ? usual : ownArrays(text);
  if (length <= USUAL_UNITS) bytes.write(text, 'utf16le');
  units.fill(0, length, length + MARGIN);
  kinds.fill(0, length, length + MARGIN);
  let codePoints = 0;
  let anyKind = 0;
  let firstSpace = length;
  for (let at = 0; at < length; ) {
    const point = pointAt(units, at);
    const kind = classOf(point);
    kinds[at] = kind;
    anyKind |= kind;
    if ((kind & SPACE) !== 0 && firstSpace === length) firstSpace = at;
    codePoints++;
    at++;
    if (point > 0xffff) kinds[at++] = 0;
  }
  return { text, length, units, kinds, codePoints, anyKind, firstSpace };
}

function ownArrays(text: string): typeof usual {
  const size = text.length + MARGIN;
  return { units: Uint16Array.from({ length: size }, (_, at) => text.charCodeAt(at) || 0), kinds: new Uint16Array(size) };
}

/** The code point at a place; half of a pair is one. */
export function pointAt(units: Uint16Array, at: number): number {
  const unit = units[at] ?? 0;
  if ((unit & 0xfc00) !== 0xd800) return unit;
  const low = units[at + 1] ?? 0;
  return (low & 0xfc00) === 0xdc00 ? ((unit & 0x3ff) << 10) + (low & 0x3ff) + 0x10000 : unit;
}
