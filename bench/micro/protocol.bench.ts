/**
 * What one chat frame costs, from the text of the client's frame to the text of the publication, and each part of it.
 * Run: `node bench/micro/protocol.bench.ts` (Node 24). Every figure is ns per call: median, min and max over the rounds; parts
 * and whole are interleaved in each round, so that a noisy moment hits all of them.
 */
import { checkContent, decodeFrame, encodeAuthor, encodePublication, isoTime } from '../../packages/protocol/src/index.ts';
import { quote } from '../../packages/protocol/src/json.ts';

const ROUNDS = 21;
const CALLS_PER_ROUND = 20_000;
const VARIANTS = 512;

const SENTENCE = 'Hello world, has anyone here tried the new release yet? It starts faster.';
const EMOJI_SENTENCE = 'Привет всем 🎉 как дела сегодня? Всё хорошо, спасибо';
const author = encodeAuthor('user123', 'Alice');

/** Texts that differ, as real frames do: one text again and again would be read from V8's caches. */
function framesOf(make: (index: number) => Record<string, unknown>): readonly string[] {
  return Array.from({ length: VARIANTS }, (_, index) => JSON.stringify(make(index)));
}

const uuidOf = (index: number): string => `550e8400-e29b-41d4-a716-${String(index).padStart(12, '4')}`;
const typical = framesOf((index) => ({ type: 'chat', roomId: 'global', content: `${SENTENCE} ${index}` }));
const minimal = framesOf((index) => ({ type: 'chat', content: `hi ${index}` }));
const sdk = framesOf((index) => ({
  type: 'chat',
  roomId: 'global',
  content: `${SENTENCE} ${index}`,
  messageId: uuidOf(index),
  ref: index,
}));
const emoji = framesOf((index) => ({ type: 'chat', roomId: 'global', content: `${EMOJI_SENTENCE} ${index}` }));
const longest = framesOf((index) => ({ type: 'chat', roomId: 'global', content: 'x'.repeat(990) + index }));
const contents = typical.map((text) => String(JSON.parse(text).content));
const serverIds = typical.map((_, index) => uuidOf(index));

/** Keeps results alive, so that nothing is optimised away; reading a character also flattens what was concatenated. */
let sink = 0;
let now = 1_767_090_600_000;
let seq = 0;

function keep(text: string): void {
  sink += text.charCodeAt(text.length >> 1);
}

function count(amount: number): void {
  sink += amount;
}

function publish(text: string, index: number): void {
  const frame = decodeFrame(text);
  if (frame.type !== 'chat') throw new Error(`refused: ${text}`);
  seq += 1;
  // A new millisecond every 50 messages: 50,000 messages a second.
  if (seq % 50 === 0) now += 1;
  keep(
    encodePublication({
      messageId: frame.messageId ?? serverIds[index] ?? '',
      roomId: frame.roomId ?? 'global',
      type: frame.type,
      authorJson: author,
      content: frame.content,
      timestampIso: isoTime(now),
      seq,
      replyTo: frame.replyTo,
    }),
  );
}

/** The same work in the obvious way, as the yardstick. */
function publishObviously(text: string, index: number): void {
  const frame = JSON.parse(text);
  if (typeof frame.content !== 'string' || [...frame.content].length > 1000) throw new Error('refused');
  seq += 1;
  if (seq % 50 === 0) now += 1;
  const { roomId, content } = frame;
  const message = { messageId: serverIds[index], roomId, type: 'chat', userId: 'user123', username: 'Alice', content };
  keep(JSON.stringify({ ...message, timestamp: new Date(now).toISOString(), seq }));
}

const cases: readonly (readonly [string, (index: number) => void])[] = [
  ['frame → publication, typical (73 chars)', (index) => publish(typical[index] ?? '', index)],
  ['frame → publication, {"type","content":"hi"}', (index) => publish(minimal[index] ?? '', index)],
  ['frame → publication, SDK (messageId, ref)', (index) => publish(sdk[index] ?? '', index)],
  ['frame → publication, Cyrillic and emoji', (index) => publish(emoji[index] ?? '', index)],
  ['frame → publication, 993 chars', (index) => publish(longest[index] ?? '', index)],
  ['  the obvious way, typical', (index) => publishObviously(typical[index] ?? '', index)],
  ['part: JSON.parse alone', (index) => keep(JSON.parse(typical[index] ?? '').content)],
  ['part: decodeFrame (parse + validate)', (index) => count(decodeFrame(typical[index] ?? '').type.length)],
  ['part: checkContent', (index) => count(checkContent(contents[index] ?? '') === undefined ? 1 : 0)],
  ['part: isoTime', (index) => count(isoTime(now + (index >> 5)).length)],
  ['part: toISOString', (index) => count(new Date(now + (index >> 5)).toISOString().length)],
  ['part: quote content', (index) => keep(quote(contents[index] ?? ''))],
  ['part: quote message id', (index) => keep(quote(serverIds[index] ?? ''))],
  ['part: encodePublication', encodeOnly],
];

function encodeOnly(index: number): void {
  const [messageId = '', content = ''] = [serverIds[index], contents[index]];
  const timestampIso = '2025-12-30T10:30:00.000Z';
  keep(
    encodePublication({
      messageId,
      roomId: 'global',
      type: 'chat',
      authorJson: author,
      content,
      timestampIso,
      seq: index,
      replyTo: undefined,
    }),
  );
}

function measure(run: (index: number) => void): number {
  const start = process.hrtime.bigint();
  for (let call = 0; call < CALLS_PER_ROUND; call += 1) run(call % VARIANTS);
  return Number(process.hrtime.bigint() - start) / CALLS_PER_ROUND;
}

const samples = new Map(cases.map(([name]) => [name, [] as number[]]));
for (let round = -3; round < ROUNDS; round += 1) {
  for (const [name, run] of cases) {
    const nanoseconds = measure(run);
    if (round >= 0) samples.get(name)?.push(nanoseconds);
  }
}

console.log(`node ${process.version}, ${ROUNDS} rounds of ${CALLS_PER_ROUND} calls, ns per call`);
console.log(`${''.padEnd(46)}  median     min     max`);
for (const [name, values] of samples) {
  values.sort((a, b) => a - b);
  const shown = [values[ROUNDS >> 1], values[0], values.at(-1)].map((value) => (value ?? 0).toFixed(0).padStart(6));
  console.log(`${name.padEnd(46)}  ${shown.join('  ')}`);
}
if (sink === 0) throw new Error('nothing was measured');
