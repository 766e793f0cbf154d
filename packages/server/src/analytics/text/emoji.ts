import { classOf, EMOJI, REGIONAL, TEXT_EMOJI, TONED } from './code-points.ts';
import { isTone, joinedEmojiEnd } from './emoji-tree.ts';
import { HASH_START, mix, TextTable } from './text-table.ts';

const VARIATION = 0xfe0f;
const KEYCAP = 0x20e3;
const ZWJ = 0x200d;
const TAGS = 0xe0000;
const BLACK_FLAG = 0x1f3f4;
const FIRST_REGIONAL = 0x1f1e6;
const LETTERS = 26;
const FLAG = /^\p{RGI_Emoji_Flag_Sequence}$/v;

const table = new TextTable((text) => text, new Set());
/** By two letters: 0 not asked yet, 1 a flag, 2 none. */
const flags = new Uint8Array(LETTERS * LETTERS);

/**
 * The distinct matches of `/\p{RGI_Emoji}/gv`, in order. That expression itself takes 5 to 8 µs for each emoji (V8 of Node 24, 8 ms for a
 * hostile message): it is asked once for what can be kept, and the tests compare with it.
 */
export function emojiOf(content: string): string[] {
  const found: string[] = [];
  table.startMessage();
  for (let at = 0; at < content.length; ) {
    const unit = content.charCodeAt(at);
    const point = unit >= 0xd800 && unit < 0xdc00 ? (content.codePointAt(at) ?? unit) : unit;
    const width = point > 0xffff ? 2 : 1;
    const kind = classOf(point);
    if ((kind & (EMOJI | TEXT_EMOJI | REGIONAL)) === 0) {
      at += width;
      continue;
    }
    const end = emojiEnd(content, at, point, kind);
    if (end > at) addEmoji(content, at, end, found);
    at = Math.max(end, at + width);
  }
  return found;
}

/** The end of the longest emoji that starts here with `point`; `start`: none does. */
function emojiEnd(content: string, start: number, point: number, kind: number): number {
  const next = start + (point > 0xffff ? 2 : 1);
  const following = content.codePointAt(next) ?? 0;
  if ((kind & REGIONAL) !== 0) return (classOf(following) & REGIONAL) !== 0 && isFlag(point, following) ? next + 2 : start;
  if (point < 0x80) return following === VARIATION && content.charCodeAt(next + 1) === KEYCAP ? next + 2 : start;
  if (following === VARIATION || following === ZWJ || isTone(following) || (point === BLACK_FLAG && following > TAGS)) {
    const end = joinedEmojiEnd(content, start);
    if (end > start) return end;
    if ((kind & TEXT_EMOJI) !== 0 && following === VARIATION) return next + 1;
    if ((kind & TONED) !== 0 && isTone(following)) return next + 2;
  }
  return (kind & EMOJI) !== 0 ? next : start;
}

function isFlag(first: number, second: number): boolean {
  const at = (first - FIRST_REGIONAL) * LETTERS + second - FIRST_REGIONAL;
  if (flags[at] === 0) flags[at] = FLAG.test(String.fromCodePoint(first, second)) ? 1 : 2;
  return flags[at] === 1;
}

function addEmoji(content: string, start: number, end: number, found: string[]): void {
  let hash = HASH_START;
  for (let at = start; at < end; at++) hash = mix(hash, content.charCodeAt(at));
  table.add(content, start, end, hash, found);
}
