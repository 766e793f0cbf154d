/**
 * What one message's text costs: lines of the real log, and hostile texts as multiples of them. Run: `node bench/micro/text.bench.ts` (Node 24).
 * µs per message, the 10 % quantile over the rounds; all kinds are interleaved in each round, so that a noisy moment hits all of them.
 * `whole` is what the message costs analytics in the writer's thread: text with the numbers of its terms, summaries of two scopes at three levels and their
 * flush (per 20 messages, in memory), mentions, answers, sessions. The last column is `whole` as a multiple of a real line's.
 * Real lines are those of ../shared/data beside the repository; without them, generated ones.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { RoomFlow } from '../../packages/server/src/analytics/derive/room-flow.ts';
import { countMessage, partsOf } from '../../packages/server/src/analytics/engine/count-message.ts';
import type { Level } from '../../packages/server/src/analytics/rollup/levels.ts';
import { MemoryRollups } from '../../packages/server/src/analytics/rollup/memory-rollups.ts';
import { RollupDeltas } from '../../packages/server/src/analytics/rollup/rollup-deltas.ts';
import type { Numbering } from '../../packages/server/src/analytics/text/index.ts';

const ROUNDS = 60;
const WARM_UP = 5;
const LINES = 40_000;
const AT_ONCE = 20;
const QUANTILE = 0.1;
const LEVELS: readonly Level[] = ['minute', 'quarter', 'day'];
const ROOM = 1;
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
  'ligatures of two words each': filled(() => 'ﷺﷻ '),
  'an address and ligatures': `anna: ${'ﷺ'.repeat(990)}`,
  '500 @ and ligatures': '@ﷺ'.repeat(500),
  apostrophes: "a'b’".repeat(250),
  'http:// without an end': 'http://'.repeat(142),
  'http:// in words': filled((n) => `${letters(n, 0x61, 26)}http://x `),
  '@ and a long name that nobody has': `@${'a'.repeat(900)}`,
  '500 @:': '@:'.repeat(500),
  'white space and ?': `?${'\u3000 '.repeat(499)}`,
};

const STAGES = ['text', 'summaries', 'flush', 'flow'] as const;
const silent = { mention() {}, response() {}, session() {} };
const deltas = new RollupDeltas(new MemoryRollups());
const numbers = new Map<string, number>();
const flow = new RoomFlow();
/** A room whose names were made to be searched for long. */
const trapped = new RoomFlow();
let row = 0;
let t = Date.UTC(2026, 0, 1);

function numberOf(word: string): number {
  const number = numbers.get(word) ?? numbers.size + 1;
  if (number > numbers.size) numbers.set(word, number);
  return number;
}

const numbering: Numbering = { era: 0, number: numberOf };

function advance(room: RoomFlow, { user, content }: Line): void {
  row++;
  t += 20;
  room.advance(
    { t, seq: row, row, user: numberOf(user), userId: user, username: user, content, id: `m${row}`, replyTo: undefined },
    silent,
  );
}

/** Milliseconds of each stage. */
function take(lines: readonly Line[], room: RoomFlow): number[] {
  const times = [performance.now()];
  const parts = lines.map(({ content }, i) => partsOf({ user: i, content, replyTo: undefined }, numbering));
  times.push(performance.now());
  for (const [i, part] of parts.entries()) for (const scope of [0, ROOM]) countMessage(deltas.at(scope, t + i * 20, LEVELS), part, 1);
  times.push(performance.now());
  deltas.flush();
  times.push(performance.now());
  for (const line of lines) advance(room, line);
  times.push(performance.now());
  return STAGES.map((_, at) => (times[at + 1] ?? 0) - (times[at] ?? 0));
}

const lines = realLines();
let turn = 0;
function someLines(): readonly Line[] {
  turn = (turn + AT_ONCE) % (lines.length - AT_ONCE);
  return lines.slice(turn, turn + AT_ONCE);
}

for (let warm = 0; warm < LINES / AT_ONCE; warm++) take(someLines(), flow);
for (let length = 1; length <= 128; length++) {
  for (const sign of ['a', '@a', '@', '@:']) advance(trapped, { user: sign.repeat(length).slice(0, length), content: '' });
}

const kinds: Record<string, () => number[]> = { 'real lines': () => take(someLines(), flow) };
for (const [name, content] of Object.entries(hostile)) {
  const again = new Array<Line>(AT_ONCE).fill({ user: 'mallory', content });
  kinds[name] = () => take(again, flow);
  if (content.includes('@')) kinds[`${name}, names that are traps`] = () => take(again, trapped);
}

const figures = new Map<string, number[][]>(Object.keys(kinds).map((name) => [name, []]));
for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(kinds)) {
    const stages = run();
    if (round >= 0) figures.get(name)?.push(stages);
  }
}
/** What the machine does beside only adds. */
const low = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length * QUANTILE)] ?? 0;
const lows = new Map(
  [...figures].map(([name, rounds]) => {
    const stages = STAGES.map((_, at) => low(rounds.map((round) => round[at] ?? 0)));
    return [name, [...stages, stages.reduce((a, b) => a + b, 0)]];
  }),
);
const usual = lows.get('real lines')?.at(-1) ?? 1;
console.log(`${'µs per message'.padEnd(44)}${[...STAGES, 'whole', 'ratio'].map((title) => title.padStart(10)).join('')}`);
for (const [name, stages] of lows) {
  const micros = stages.map((ms) => ((ms * 1000) / AT_ONCE).toFixed(2).padStart(10)).join('');
  console.log(`${name.padEnd(44)}${micros}${((stages.at(-1) ?? 0) / usual).toFixed(1).padStart(10)}`);
}
