import { classOf, LETTER, limitMarks, lowerUnit, MARK, SPACE, UNSETTLED, UNSPACED } from './code-points.ts';
import { STOP_WORDS } from './stop-words.ts';
import { HASH_START, mix, TextTable } from './text-table.ts';

const APOSTROPHE = 0x27;
const CURLY_APOSTROPHE = 0x2019;
const AT = 0x40;
const COLON = 0x3a;
const COMMA = 0x2c;

const table = new TextTable((text) => text.toLowerCase().replaceAll('\u2019', "'"), STOP_WORDS);

/** What readRun found, beside the end: fields, since this is read for every word. */
let runKinds = 0;
let runLetters = 0;
let runHash = 0;

/**
 * The distinct terms of a message, in no order that means anything (README.md, rules 5 to 10).
 * Runs whose letters stand for themselves are read in place; the others are put aside and normalized in one call.
 */
export function termsOf(content: string): string[] {
  const terms: string[] = [];
  table.startMessage();
  const aside = readText(content, addressEnd(content), terms);
  if (aside !== '') readSettled(aside.normalize('NFKC').toLowerCase(), terms);
  return terms;
}

/** Where the text goes on after `name:` or `name,`. */
function addressEnd(content: string): number {
  const end = spaceAfter(content, 0);
  const last = content.charCodeAt(end - 1);
  return end > 1 && (last === COLON || last === COMMA) ? end : 0;
}

function spaceAfter(content: string, from: number): number {
  let at = from;
  while (at < content.length && (classOf(content.charCodeAt(at)) & SPACE) === 0) at++;
  return at;
}

/** Takes the terms of settled runs; answers the other runs, one a line. */
function readText(content: string, from: number, terms: string[]): string {
  let aside = '';
  for (let at = from; at < content.length; ) {
    const start = at;
    const unit = content.charCodeAt(at);
    const isWide = unit >= 0xd800 && unit < 0xdc00;
    if ((classOf(isWide ? (content.codePointAt(at) ?? unit) : unit) & LETTER) === 0) {
      // A half that follows is no letter either.
      at = unit === AT ? spaceAfter(content, at + 1) : at + 1;
      continue;
    }
    at = readRun(content, start);
    const scheme = schemeBefore(content, start, at);
    if (scheme > 0) {
      aside += readText(content.slice(start, at - scheme), 0, terms);
      at = spaceAfter(content, at);
    } else if ((runKinds & UNSETTLED) === 0) take(content, start, at, terms);
    else aside += `${(runKinds & MARK) === 0 ? content.slice(start, at) : limitMarks(content.slice(start, at))}\n`;
  }
  return aside;
}

function readSettled(text: string, terms: string[]): void {
  for (let at = 0; at < text.length; ) {
    const start = at;
    at = readRun(text, start);
    if (at > start) take(text, start, at, terms);
    else at += widthAt(text, start);
  }
}

/** Answers the end of the run of letters, marks and inner apostrophes that starts here; `start`: there is none. */
function readRun(text: string, start: number): number {
  let at = start;
  let kinds = 0;
  let letters = 0;
  let hash = HASH_START;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    const isWide = unit >= 0xd800 && unit < 0xdc00;
    let kind = classOf(isWide ? (text.codePointAt(at) ?? unit) : unit);
    if ((kind & LETTER) !== 0) letters++;
    else if (letters === 0) break;
    else if ((kind & MARK) === 0) {
      if ((unit !== APOSTROPHE && unit !== CURLY_APOSTROPHE) || !isLetterAt(text, at + 1)) break;
      kind = 0;
    }
    kinds |= kind;
    hash = mix(hash, lowerUnit(unit));
    at++;
    // A letter or mark: so both halves are there.
    if (isWide) hash = mix(hash, text.charCodeAt(at++));
  }
  runKinds = kinds;
  runLetters = letters;
  runHash = hash;
  return at;
}

/** Length of the `http` or `https` that a run ends with, when a URL follows; else 0. */
function schemeBefore(content: string, start: number, end: number): number {
  if (content.charCodeAt(end) !== COLON || !content.startsWith('//', end + 1)) return 0;
  if (end + 3 >= content.length || (classOf(content.charCodeAt(end + 3)) & SPACE) !== 0) return 0;
  return /https?$/i.exec(content.slice(Math.max(start, end - 'https'.length), end))?.[0].length ?? 0;
}

/** The run that readRun read last. */
function take(text: string, start: number, end: number, terms: string[]): void {
  if ((runKinds & UNSPACED) !== 0) takeMixed(text, start, end, terms);
  else if (runLetters > 1) table.add(text, start, end, runHash, terms);
}

/** A run with letters of unspaced scripts: bigrams of these (a character is a letter with its marks), words of the others. */
function takeMixed(text: string, start: number, end: number, terms: string[]): void {
  let wordStart = -1;
  let letters = 0;
  let last = -1;
  let lastButOne = -1;
  for (let at = start; at < end; at += widthAt(text, at)) {
    const kind = classOf(text.codePointAt(at) ?? 0);
    const isUnspaced = (kind & UNSPACED) !== 0;
    // Only an apostrophe is neither letter nor mark here. It holds a word together, if a letter of a word follows.
    const isGap = (kind & (LETTER | MARK)) === 0;
    if (isUnspaced || (isGap && (classOf(text.codePointAt(at + 1) ?? 0) & UNSPACED) !== 0)) {
      if (letters > 1) takePart(text, wordStart, at, terms);
      wordStart = -1;
      letters = 0;
    }
    if (isUnspaced) {
      if (lastButOne >= 0) takePart(text, lastButOne, at, terms);
      lastButOne = last;
      last = at;
    } else if ((kind & LETTER) !== 0 || isGap) {
      if (lastButOne >= 0) takePart(text, lastButOne, at, terms);
      lastButOne = -1;
      last = -1;
      if (wordStart < 0 && !isGap) wordStart = at;
      letters += isGap ? 0 : 1;
    }
  }
  if (lastButOne >= 0) takePart(text, lastButOne, end, terms);
  if (letters > 1) takePart(text, wordStart, end, terms);
}

function takePart(text: string, start: number, end: number, terms: string[]): void {
  let hash = HASH_START;
  for (let at = start; at < end; at++) hash = mix(hash, lowerUnit(text.charCodeAt(at)));
  table.add(text, start, end, hash, terms);
}

function isLetterAt(text: string, at: number): boolean {
  return at < text.length && (classOf(text.codePointAt(at) ?? 0) & LETTER) !== 0;
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
