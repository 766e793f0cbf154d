import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { settle } from '../../test/kit/settle.ts';
import { frameText } from './framing.ts';

/** Not in its types; it is what reads frames in every client and server that uses `ws`. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable };

/** What the receiver of `ws` makes of bytes that come in two pieces, cut anywhere. */
async function received(bytes: Buffer, cut: number): Promise<string[]> {
  const receiver = new Receiver({ isServer: false, maxPayload: 10_000_000 });
  const texts: string[] = [];
  receiver.on('message', (message: Buffer, isBinary: boolean) => texts.push(`${isBinary ? 'binary' : 'text'} ${message.toString()}`));
  receiver.write(bytes.subarray(0, cut));
  receiver.write(bytes.subarray(cut));
  await settle();
  await settle();
  return texts;
}

describe('a text frame', () => {
  it.each([0, 1, 124, 125, 126, 127, 255, 256, 65_534, 65_535, 65_536, 70_000])(
    'of %i bytes is read by ws as it was said',
    async (length) => {
      const text = 'x'.repeat(length);
      const frame = frameText(text);
      expect(frame.length).toBe(length + (length < 126 ? 2 : length < 65_536 ? 4 : 10));
      expect(await received(frame, Math.min(3, frame.length))).toEqual([`text ${text}`]);
    },
  );

  it('counts bytes, not characters', async () => {
    for (const text of ['é'.repeat(62), 'é'.repeat(63), '🙂'.repeat(16_383), '🙂'.repeat(16_384), '\ud83d\ude42 ünï ☃ \u0000']) {
      expect(await received(frameText(text), 1)).toEqual([`text ${text}`]);
    }
  });

  it('can stand behind another in one buffer (FRAME-15)', async () => {
    const both = Buffer.concat([frameText('{"a":1}'), frameText('{"b":2}')]);
    expect(await received(both, 5)).toEqual(['text {"a":1}', 'text {"b":2}']);
  });
});
