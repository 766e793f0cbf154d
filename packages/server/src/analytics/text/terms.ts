import { BYTES } from './ascii.ts';
import { classOf, EXPANDS, LETTER, lowerUnit, MARK, SPACE, UNSETTLED, UNSPACED } from './code-points.ts';
import { pointAt, type Reading, readingOf } from './reading.ts';
import { expandRun, setRunAside, takeExpanded, takeNormalized } from './settle.ts';
import { STOP_WORDS } from './stop-words.ts';
import { HASH_START, mix, TextTable } from './text-table.ts';

const APOSTROPHE = 0x27;
const CURLY_APOSTROPHE = 0x2019;
const AT = 0x40;
const COLON = 0x3a;
const COMMA = 0x2c;

/** By the ASCII unit: letters, small or capital, 1 to 26, the apostrophe 27, others 0. Words of up to 12 of them are numbers of 60 bits. */
const CODES = Uint8Array.from(
  { length: 128 },
  (_, unit) => "abcdefghijklmnopqrstuvwxyz'".indexOf(String.fromCharCode(unit).toLowerCase()) + 1,
);
const APOSTROPHE_CODE = 27;
const CODE_BITS = 5;
const CODES_IN_A_NUMBER = 6;
const MOST_CODES = 2 * CODES_IN_A_NUMBER;
/** Above every word's first number. */
const PAIR = 0x40000000;

/** Those of the text that was read last. */
export const TERMS = new TextTable((text) => text.toLowerCase().replaceAll('\u2019', "'"), STOP_WORDS);

/** What readRun found, beside the end: fields, since this is read for every word. */
let runKinds = 0;
let runLetters = 0;

/**
 * Adds the distinct terms of a message, in no order that means anything (README.md, rules 5 to 10); the reading is overwritten.
 * Runs whose letters stand for themselves are read in place; the others are put aside and settled in one go.
 */
export function findTerms(content: Reading): void {
  readText(content, addressEnd(content), content.length);
  readSettled(takeExpanded());
  readSettled(takeNormalized());
}

/** The same for the ASCII text of this length that BYTES holds. */
export function findTermsOfAscii(content: string, length: number): void {
  let at = byteSpaceAfter(0, length);
  const last = BYTES[at - 1];
  if (at < 2 || (last !== COLON && last !== COMMA)) at = 0;
  while (at < length) {
    const byte = BYTES[at] ?? 0;
    let code = CODES[byte] ?? 0;
    if (code === 0 || code === APOSTROPHE_CODE) {
      at = byte === AT ? byteSpaceAfter(at + 1, length) : at + 1;
      continue;
    }
    const start = at;
    let first = 0;
    let second = 0;
    do {
      if (at - start < CODES_IN_A_NUMBER) first = (first << CODE_BITS) | code;
      else second = (second << CODE_BITS) | code;
      at++;
      code = at < length ? (CODES[BYTES[at] ?? 0] ?? 0) : 0;
      if (code === APOSTROPHE_CODE && !isLetterByte(at + 1, length)) break;
    } while (code !== 0);
    if (at < length && BYTES[at] === COLON) {
      const scheme = schemeBefore(content, start, at);
      if (scheme > 0) {
        const end = at - scheme;
        takeLongWord(content.slice(start, BYTES[end - 1] === APOSTROPHE ? end - 1 : end));
        at = byteSpaceAfter(at, length);
        continue;
      }
    }
    if (at - start > MOST_CODES) takeLongWord(content.slice(start, at));
    else if (at - start > 1) TERMS.addExact(first, second, content, start, at);
  }
}

/** Or one of any length, seldom met. */
function takeLongWord(word: string): void {
  takeWord(word, readingOf(word).units, 0, word.length);
}

function isLetterByte(at: number, length: number): boolean {
  const code = at < length ? (CODES[BYTES[at] ?? 0] ?? 0) : 0;
  return code !== 0 && code !== APOSTROPHE_CODE;
}

function byteSpaceAfter(from: number, length: number): number {
  let at = from;
  while (at < length && ((BYTES[at] ?? 0) > 0x20 || (classOf(BYTES[at] ?? 0) & SPACE) === 0)) at++;
  return at;
}

/** Where the text goes on after `name:` or `name,`. */
function addressEnd({ units, firstSpace }: Reading): number {
  const last = units[firstSpace - 1];
  return firstSpace > 1 && (last === COLON || last === COMMA) ? firstSpace : 0;
}

function spaceAfter({ kinds, length }: Reading, from: number): number {
  let at = from;
  while (at < length && ((kinds[at] ?? 0) & SPACE) === 0) at++;
  return at;
}

/** Takes the terms of settled runs of a part; puts the other runs aside. */
function readText(content: Reading, from: number, to: number): void {
  const { units, kinds } = content;
  for (let at = from; at < to; ) {
    if (((kinds[at] ?? 0) & LETTER) === 0) {
      at = units[at] === AT ? spaceAfter(content, at + 1) : at + 1;
      continue;
    }
    const start = at;
    at = readRun(content, start, to);
    const scheme = units[at] === COLON && at < to ? schemeBefore(content.text, start, at) : 0;
    if (scheme > 0) {
      readText(content, start, at - scheme);
      at = spaceAfter(content, at);
    } else if ((runKinds & UNSETTLED) !== 0) setRunAside(content, start, at);
    else if ((runKinds & EXPANDS) !== 0) expandRun(content, start, at);
    else take(content, start, at);
  }
}

function readSettled(text: string): void {
  if (text === '') return;
  const settled = readingOf(text);
  for (let at = 0; at < text.length; ) {
    const start = at;
    at = readRun(settled, start, text.length);
    if (at > start) take(settled, start, at);
    else at++;
  }
}

/** Answers the end of the run of letters, marks and inner apostrophes that starts here; `start`: there is none. */
function readRun({ units, kinds }: Reading, start: number, to: number): number {
  let at = start;
  let all = 0;
  let letters = 0;
  for (; at < to; at++) {
    const kind = kinds[at] ?? 0;
    if ((kind & LETTER) !== 0) letters++;
    else if (letters === 0) break;
    // A mark, or the second half of what is before.
    else if ((kind & MARK) === 0 && kind !== 0) {
      const unit = units[at];
      if ((unit !== APOSTROPHE && unit !== CURLY_APOSTROPHE) || at + 1 >= to || ((kinds[at + 1] ?? 0) & LETTER) === 0) break;
      continue;
    }
    all |= kind;
  }
  runKinds = all;
  runLetters = letters;
  return at;
}

/** Length of the `http` or `https` that a run ends with, when a URL follows; else 0. */
function schemeBefore(content: string, start: number, end: number): number {
  if (!content.startsWith('//', end + 1)) return 0;
  if (end + 3 >= content.length || (classOf(content.charCodeAt(end + 3)) & SPACE) !== 0) return 0;
  return /https?$/i.exec(content.slice(Math.max(start, end - 'https'.length), end))?.[0].length ?? 0;
}

/** The run that readRun read last. */
function take(reading: Reading, start: number, end: number): void {
  if ((runKinds & UNSPACED) !== 0) takeMixed(reading, start, end);
  else if (runLetters > 1) takeWord(reading.text, reading.units, start, end);
}

function takeWord(text: string, units: Uint16Array, start: number, end: number): void {
  let hash = HASH_START;
  let first = 0;
  let second = 0;
  let hasNumber = end - start <= MOST_CODES;
  for (let at = start; at < end; at++) {
    const unit = lowerUnit(units[at] ?? 0);
    hash = mix(hash, unit);
    const code = unit < 0x80 ? (CODES[unit] ?? 0) : 0;
    if (code === 0) hasNumber = false;
    if (at - start < CODES_IN_A_NUMBER) first = (first << CODE_BITS) | code;
    else second = (second << CODE_BITS) | code;
  }
  if (!hasNumber) TERMS.addHashed(hash, text, units, start, end);
  else if (end - start > 1) TERMS.addExact(first, second, text, start, end);
}

/** A run with letters of unspaced scripts: bigrams of these (a character is a letter with its marks), words of the others. */
function takeMixed(reading: Reading, start: number, end: number): void {
  const { text, units, kinds } = reading;
  let wordStart = -1;
  let letters = 0;
  let last = -1;
  let lastButOne = -1;
  for (let at = start; at < end; at++) {
    const kind = kinds[at] ?? 0;
    const isUnspaced = (kind & UNSPACED) !== 0;
    // Only an apostrophe is neither letter nor mark here. It holds a word together, if a letter of a word follows.
    const isGap = kind !== 0 && (kind & (LETTER | MARK)) === 0;
    if (isUnspaced || (isGap && ((kinds[at + 1] ?? 0) & UNSPACED) !== 0)) {
      if (letters > 1) takeWord(text, units, wordStart, at);
      wordStart = -1;
      letters = 0;
    }
    if (isUnspaced) {
      if (lastButOne >= 0) takePair(reading, lastButOne, last, at);
      lastButOne = last;
      last = at;
    } else if ((kind & LETTER) !== 0 || isGap) {
      if (lastButOne >= 0) takePair(reading, lastButOne, last, at);
      lastButOne = -1;
      last = -1;
      if (wordStart < 0 && !isGap) wordStart = at;
      letters += isGap ? 0 : 1;
    }
  }
  if (lastButOne >= 0) takePair(reading, lastButOne, last, end);
  if (letters > 1) takeWord(text, units, wordStart, end);
}

/** Two characters: where neither has a mark, their letters are numbers enough. */
function takePair({ text, units }: Reading, start: number, middle: number, end: number): void {
  const first = pointAt(units, start);
  const second = pointAt(units, middle);
  const isBare = middle - start === (first > 0xffff ? 2 : 1) && end - middle === (second > 0xffff ? 2 : 1);
  if (isBare) TERMS.addExact(PAIR | first, second, text, start, end);
  else TERMS.add(text, units, start, end);
}
