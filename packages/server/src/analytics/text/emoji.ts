import { EMOJI, REGIONAL, TEXT_EMOJI, TONED } from './code-points.ts';
import { isTone, joinedEmojiEnd } from './emoji-tree.ts';
import { pointAt, type Reading } from './reading.ts';
import { TextTable } from './text-table.ts';

const VARIATION = 0xfe0f;
const KEYCAP = 0x20e3;
const ZWJ = 0x200d;
const TAGS = 0xe0000;
const BLACK_FLAG = 0x1f3f4;
const FIRST_REGIONAL = 0x1f1e6;
const LETTERS = 26;
const ANY_EMOJI = EMOJI | TEXT_EMOJI | REGIONAL;
const FLAG = /^\p{RGI_Emoji_Flag_Sequence}$/v;

/** Those of the text that was read last. */
export const EMOJI_FOUND = new TextTable((text) => text, new Set());
/** By two letters: 0 not asked yet, 1 a flag, 2 none. */
const flags = new Uint8Array(LETTERS * LETTERS);

/**
 * Adds the distinct matches of `/\p{RGI_Emoji}/gv`, in order. That expression itself takes 5 to 8 µs for each emoji (V8 of Node 24, 8 ms for a
 * hostile message): it is asked once for what can be kept, and the tests compare with it.
 */
export function findEmoji(content: Reading): void {
  const { units, kinds, length } = content;
  for (let at = 0; at < length; ) {
    const kind = kinds[at] ?? 0;
    if ((kind & ANY_EMOJI) === 0) {
      at++;
      continue;
    }
    const point = pointAt(units, at);
    const next = at + (point > 0xffff ? 2 : 1);
    const end = emojiEnd(content, at, next, point, kind);
    if (end > at) addEmoji(content, at, end, next, point);
    at = Math.max(end, next);
  }
}

/** The end of the longest emoji that starts here with `point`, and goes on at `next`; `start`: none does. */
function emojiEnd({ text, units, kinds }: Reading, start: number, next: number, point: number, kind: number): number {
  const following = pointAt(units, next);
  if ((kind & REGIONAL) !== 0) return ((kinds[next] ?? 0) & REGIONAL) !== 0 && isFlag(point, following) ? next + 2 : start;
  if (point < 0x80) return following === VARIATION && units[next + 1] === KEYCAP ? next + 2 : start;
  if (following === VARIATION || following === ZWJ || isTone(following) || (point === BLACK_FLAG && following > TAGS)) {
    const after = next + (following > 0xffff ? 2 : 1);
    // Joined by what follows, or by what comes after a selector or tone.
    const end = following === ZWJ || following > TAGS || units[after] === ZWJ ? joinedEmojiEnd(text, start) : start;
    if (end > start) return end;
    if ((kind & TEXT_EMOJI) !== 0 && following === VARIATION) return after;
    if ((kind & TONED) !== 0 && isTone(following)) return after;
  }
  return (kind & EMOJI) !== 0 ? next : start;
}

function isFlag(first: number, second: number): boolean {
  const at = (first - FIRST_REGIONAL) * LETTERS + second - FIRST_REGIONAL;
  if (flags[at] === 0) flags[at] = FLAG.test(String.fromCodePoint(first, second)) ? 1 : 2;
  return flags[at] === 1;
}

/** One or two code points are numbers enough. */
function addEmoji({ text, units }: Reading, start: number, end: number, next: number, point: number): void {
  const second = end > next ? pointAt(units, next) : 0;
  if (end - next <= (second > 0xffff ? 2 : 1)) EMOJI_FOUND.addExact(point, second, text, start, end);
  else EMOJI_FOUND.add(text, units, start, end);
}
