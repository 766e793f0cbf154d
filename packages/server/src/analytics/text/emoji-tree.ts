import { JOINED_EMOJI } from './joined-emoji.ts';

const ZWJ = 0x200d;
const VARIATION = 0xfe0f;
const FIRST_TONE = 0x1f3fb;
const LAST_TONE = 0x1f3ff;
/** England, Scotland, Wales: a black flag and tags (emoji-sequences.txt, RGI_Emoji_Tag_Sequence). */
const TAGGED_FLAGS = ['gbeng', 'gbsct', 'gbwls'];

interface Node {
  readonly next: Map<number, Node>;
  /** With two tones: `differing` ends only if they are not the same one. */
  end: 'no' | 'any' | 'differing';
}

const ROOT: Node = { next: new Map(), end: 'no' };

export function isTone(point: number): boolean {
  return point >= FIRST_TONE && point <= LAST_TONE;
}

/** The end of the longest emoji of several joined ones, or of tags, that starts here; `start`: none does. */
export function joinedEmojiEnd(text: string, start: number): number {
  let node: Node | undefined = ROOT;
  let [end, at, tone] = [start, start, 0];
  let isOneTone = true;
  while (at < text.length) {
    const point: number = text.codePointAt(at) ?? 0;
    node = node.next.get(isTone(point) ? FIRST_TONE : point);
    if (node === undefined) break;
    at += point > 0xffff ? 2 : 1;
    if (isTone(point)) {
      isOneTone = tone === 0 || tone === point;
      tone = point;
    }
    if (node.end === 'any' || (node.end === 'differing' && !isOneTone)) end = at;
  }
  return end;
}

function enter(points: readonly number[], end: Node['end']): void {
  let node = ROOT;
  for (const point of points) {
    let next = node.next.get(point);
    if (next === undefined) {
      next = { next: new Map(), end: 'no' };
      node.next.set(point, next);
    }
    node = next;
  }
  node.end = end;
}

const SIGNS: Readonly<Record<string, number>> = { '-': ZWJ, v: VARIATION, '~': FIRST_TONE };

function enterAll(written: string, end: Node['end']): void {
  for (const emoji of written.trim().split(/\s+/))
    enter(
      Array.from(emoji, (sign) => SIGNS[sign] ?? sign.codePointAt(0) ?? 0),
      end,
    );
}

enterAll(JOINED_EMOJI.plain, 'any');
enterAll(JOINED_EMOJI.optional, 'any');
enterAll(JOINED_EMOJI.optional.replaceAll('~', ''), 'any');
enterAll(JOINED_EMOJI.one, 'any');
enterAll(JOINED_EMOJI.both, 'any');
enterAll(JOINED_EMOJI.differing, 'differing');
for (const flag of TAGGED_FLAGS) enter([0x1f3f4, ...Array.from(flag, (letter) => 0xe0000 + letter.charCodeAt(0)), 0xe007f], 'any');
