/**
 * What reading one message's text costs: real lines and hostile ones. Run: `node bench/micro/text.bench.ts` (Node 24).
 * µs per message: median, minimum and 90 % over the rounds; all parts are interleaved in each round, so that a noisy moment hits all of them.
 * Real lines are those of ../shared/data beside the repository; without them, generated ones.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { findMentions, NameIndex, readText } from '../../packages/server/src/analytics/text/index.ts';

const ROUNDS = 400;
const LINES = 4000;
/** Few, so that most measurements end before the machine turns to something else. */
const REPEATS = 4;
const LINES_AT_ONCE = 100;
const AUTHOR = -1;
const LOGS = new URL('../../../shared/data/ubuntu-irc.jsonl.gz', import.meta.url);

interface Line {
  readonly user: string;
  readonly content: string;
}

function realLines(): Line[] {
  if (!existsSync(LOGS)) {
    return Array.from({ length: LINES }, (_, i) => ({
      user: `user${i % 90}`,
      content: `user${(i * 7) % 90}: does ${'kernel boots grub '.repeat(1 + (i % 4))}?`,
    }));
  }
  const rows = gunzipSync(readFileSync(LOGS))
    .toString()
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));
  return rows.filter((row) => row.type === 'chat').slice(50_000, 50_000 + LINES);
}

/** Different ones, joined until the text has 1,000 code points. */
function filled(part: (n: number) => string): string {
  let text = '';
  for (let n = 0; text.length < 2000; n++) text += part(n);
  return [...text].slice(0, 1000).join('');
}

const letters = (n: number, first: number, count: number): string =>
  String.fromCodePoint(first + (Math.floor(n / count) % count), first + (n % count));
const emoji = Array.from({ length: 0x500 }, (_, n) => String.fromCodePoint(0x1f300 + n)).filter((sign) =>
  /\p{Emoji_Presentation}/u.test(sign),
);
const hostile: Record<string, string> = {
  '333 distinct words': filled((n) => `${letters(n, 0x61, 26)} `),
  '333 distinct Cyrillic words': filled((n) => `${letters(n, 0x430, 32)} `),
  '333 distinct words, capitals': filled((n) => `${letters(n, 0xc0, 23)} `),
  '200 distinct words with marks': filled((n) => `${letters(n, 0x61, 26)}\u0301\u0327 `),
  '333 distinct mathematical words': filled((n) => `${letters(n, 0x1d400, 50)} `),
  '1,000 Han characters': filled((n) => String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000))),
  '1,000 Thai letters': filled((n) => String.fromCodePoint(0xe01 + ((n * 31) % 45))),
  '1,000 emoji': filled((n) => emoji[n % emoji.length] ?? ''),
  '500 toned emoji': filled((n) => `👍${String.fromCodePoint(0x1f3fb + (n % 5))}`),
  'joined emoji that break off': filled(() => '👨‍👩‍👧‍x'),
  flags: filled((n) => letters(n, 0x1f1e6, 26)),
  'zero-width characters': filled(() => '\u200b\u200d\u2060'),
  'right to left': filled((n) => `${letters(n, 0x5d0, 27)}\u202e `),
  'a word of 1,000 characters': filled((n) => String.fromCharCode(0x61 + (n % 26))),
  '1,000 @': '@'.repeat(1000),
  '500 @a': '@a'.repeat(500),
  'marks on one letter': `a${'\u0301\u0323'.repeat(499)}`,
  'marks, 30 on each letter': filled(() => `a${'\u0301\u0323'.repeat(15)}`),
  'marks of many kinds': filled((n) => `${letters(n, 0x61, 26)}${String.fromCharCode(0x300 + (n % 70))}`),
  'ligatures of 18 letters': 'ﷺ'.repeat(1000),
  'ligatures of 18 letters, spaced': 'ﷺ '.repeat(500),
  apostrophes: "a'b’".repeat(250),
  'http:// without an end': 'http://'.repeat(142),
  'http:// in words': filled((n) => `${letters(n, 0x61, 26)}http://x `),
  'white space and ?': `?${'\u3000 '.repeat(499)}`,
};

const lines = realLines();
const names = new NameIndex();
for (const [at, line] of lines.entries()) names.note(at % 997, line.user, 0);
/** A room whose names were made to be searched for long. */
const traps = new NameIndex();
for (let length = 1; length <= 128; length++) {
  for (const sign of ['a', '@a', '@', '@:']) traps.note(length, sign.repeat(length).slice(0, length), 0);
}

const facts = (text: string): number => readText(text).terms.length;
const mentions = (text: string): number => findMentions(text, names, AUTHOR, 0).length;
const trapped = (text: string): number => findMentions(text, traps, AUTHOR, 0).length;
let sink = 0;

const parts: Record<string, () => number> = {
  'real lines, everything': () => perMessage(someLines(), (line) => facts(line.content) + mentions(line.content)),
  'real lines, facts': () => perMessage(someLines(), (line) => facts(line.content)),
  'real lines, mentions': () => perMessage(someLines(), (line) => mentions(line.content)),
};
for (const [name, text] of Object.entries(hostile)) {
  const again = new Array<string>(REPEATS).fill(text);
  parts[name] = () => perMessage(again, (one) => facts(one) + mentions(one));
  if (text.includes('@')) parts[`${name}, names that are traps`] = () => perMessage(again, (one) => facts(one) + trapped(one));
}
parts['trap: @ and names of 1 to 128 letters'] = () => perMessage(new Array<string>(REPEATS).fill(`@${'a'.repeat(900)}`), trapped);
parts['trap: @: and names of them'] = () => perMessage(new Array<string>(REPEATS).fill('@:'.repeat(500)), trapped);

let turn = 0;
function someLines(): readonly Line[] {
  turn = (turn + LINES_AT_ONCE) % lines.length;
  return lines.slice(turn, turn + LINES_AT_ONCE);
}

function perMessage<T>(messages: readonly T[], read: (message: T) => number): number {
  const start = process.hrtime.bigint();
  for (const message of messages) sink += read(message);
  return Number(process.hrtime.bigint() - start) / messages.length / 1000;
}

const figures = new Map<string, number[]>(Object.keys(parts).map((name) => [name, []]));
for (let round = -20; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(parts)) {
    const figure = run();
    if (round >= 0) figures.get(name)?.push(figure);
  }
}
for (const [name, values] of figures) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(2);
  console.log(`${name.padEnd(44)} ${at(0.5).padStart(8)} µs   ${at(0)}–${at(0.9)}`);
}
if (sink === 0) console.log('nothing was read');
