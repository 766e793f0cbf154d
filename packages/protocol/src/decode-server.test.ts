import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeServerFrame } from './decode-server.ts';

const UNKNOWN = { type: 'unknown' };
const message = {
  messageId: 'm',
  roomId: 'r',
  type: 'chat',
  userId: 'u',
  username: 'U',
  content: 'c',
  timestamp: 't',
  seq: 1,
  replyTo: 'x',
};
const frames: readonly Record<string, unknown>[] = [
  message,
  { type: 'ack', ref: 1, messageId: 'm', roomId: 'r', epoch: 'e', seq: 1 },
  { type: 'joined', roomId: 'r', epoch: 'e', seq: 1, recovered: true, replay: 0 },
  { type: 'left', roomId: 'r' },
  { type: 'typing', roomId: 'r', userId: 'u', username: 'U' },
  { type: 'presence', roomId: 'r', members: 3 },
  { type: 'authed', expiresAt: 't' },
  { type: 'error', code: 'c' },
];

/** Any code units, lone surrogates included. */
const anyText = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((units) => String.fromCharCode(...units));

describe('decodeServerFrame', () => {
  it('never throws: arbitrary text and JSON', () => {
    fc.assert(fc.property(fc.oneof(anyText, fc.json()), (text) => typeof decodeServerFrame(text).type === 'string'));
  });

  it.each(['', '{', 'null', '5', '[]', '{}', '{"type":"edit"}', '{"type":"__proto__"}', '{"type":5}'])('ignores %j', (text) => {
    expect(decodeServerFrame(text)).toEqual(UNKNOWN);
  });

  it('ignores a frame with any field of a wrong type', () => {
    for (const frame of frames) {
      expect(decodeServerFrame(JSON.stringify(frame))).toMatchObject(frame);
      for (const name of Object.keys(frame)) expect(decodeServerFrame(JSON.stringify({ ...frame, [name]: [] })), name).toEqual(UNKNOWN);
    }
  });

  it('takes only whole numbers that are exact as positions and counts', () => {
    for (const seq of [-1, 1.5, 2 ** 53, '1']) {
      expect(decodeServerFrame(JSON.stringify({ ...message, seq }))).toEqual(UNKNOWN);
      expect(decodeServerFrame(JSON.stringify({ type: 'presence', roomId: 'r', members: seq }))).toEqual(UNKNOWN);
    }
  });

  it('believes an error that it may be retried', () => {
    const text = '{"type":"error","code":"slow_mode","message":"m","retryable":true,"retryAfterMs":5,"ref":"r"}';
    expect(decodeServerFrame(text)).toEqual(JSON.parse(text));
  });

  it('shows an error of a newer server, without trust in its details', () => {
    const text = '{"type":"error","code":"new_code","retryable":"yes","retryAfterMs":-5,"message":5,"ref":{}}';
    const bare = { retryable: false, retryAfterMs: undefined, message: '', ref: undefined };
    expect(decodeServerFrame(text)).toEqual({ type: 'error', code: 'new_code', ...bare });
  });

  it('drops fields that it does not know', () => {
    expect(decodeServerFrame(JSON.stringify({ ...message, evil: 1 }))).toStrictEqual(message);
  });
});
