import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from './codes.ts';
import { decodeServerFrame } from './decode-server.ts';
import {
  encodeAck,
  encodeAuthed,
  encodeAuthor,
  encodeError,
  encodeJoined,
  encodeLeft,
  encodeMessage,
  encodeNotice,
  encodePresence,
  encodePublication,
  encodeTyping,
} from './encode.ts';
import type { MessageFrame } from './frames.ts';
import { isoTime } from './time.ts';

const example =
  '{"messageId":"550e8400-e29b-41d4-a716-446655440000","roomId":"global","type":"chat","userId":"user123",' +
  '"username":"Alice","content":"Hello world","timestamp":"2025-12-30T10:30:00.000Z","seq":17}';

/** Any code units, lone surrogates included. */
const text = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((units) => String.fromCharCode(...units));
const count = fc.nat(Number.MAX_SAFE_INTEGER);
const timestampIso = fc.integer({ min: 0, max: 4e12 }).map(isoTime);
const ref = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const maybeRef = fc.option(ref, { nil: undefined });
const author = { userId: text, username: text };

describe('a publication', () => {
  it('has the fields of the documented example, in its order', () => {
    const parts = { messageId: '550e8400-e29b-41d4-a716-446655440000', roomId: 'global', type: 'chat', content: 'Hello world' } as const;
    const authorJson = encodeAuthor('user123', 'Alice');
    const publication = { ...parts, authorJson, timestampIso: '2025-12-30T10:30:00.000Z', seq: 17, replyTo: undefined };
    expect(encodePublication(publication)).toBe(example);
    expect(encodePublication({ ...publication, replyTo: 'x' })).toBe(`${example.slice(0, -1)},"replyTo":"x"}`);
  });

  it('comes back as it went, whatever its texts are (FRAME-12)', () => {
    const arbitrary = fc.record({
      messageId: text,
      roomId: text,
      content: text,
      timestampIso,
      seq: count,
      replyTo: fc.option(text, { nil: undefined }),
    });
    fc.assert(
      fc.property(arbitrary, fc.record(author), fc.constantFrom('chat', 'system'), (parts, { userId, username }, type) => {
        const { timestampIso: timestamp, replyTo, ...rest } = parts;
        const json = encodePublication({ ...parts, type, authorJson: encodeAuthor(userId, username) });
        const expected = { ...rest, type, userId, username, timestamp, ...(replyTo === undefined ? {} : { replyTo }) };
        expect(decodeServerFrame(json)).toEqual(expected);
        expect(encodeMessage(expected)).toBe(json);
        expect(json.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('messages and notices', () => {
  it('without seq have no seq', () => {
    const { seq: _, ...message } = JSON.parse(example) as MessageFrame;
    expect(encodeMessage(message)).toBe(JSON.stringify(message));
    expect(decodeServerFrame(encodeMessage(message))).toStrictEqual(message);
  });

  it('of join and leave are of the same shape', () => {
    const arbitrary = fc.record({ messageId: text, roomId: text, content: text, timestampIso });
    fc.assert(
      fc.property(arbitrary, fc.record(author), fc.constantFrom('join', 'leave'), (parts, { userId, username }, type) => {
        const { timestampIso: timestamp, ...rest } = parts;
        const json = encodeNotice({ ...parts, type, authorJson: encodeAuthor(userId, username) });
        expect(decodeServerFrame(json)).toStrictEqual({ ...rest, type, userId, username, timestamp });
      }),
    );
  });
});

describe('replies come back as they went', () => {
  it('ack', () => {
    fc.assert(
      fc.property(fc.record({ ref, messageId: text, roomId: text, epoch: text, seq: count }), (parts) => {
        expect(decodeServerFrame(encodeAck(parts))).toEqual({ type: 'ack', ...parts, ref: Object.is(parts.ref, -0) ? 0 : parts.ref });
      }),
    );
  });

  it('error, retryable as its code is', () => {
    const code = fc.constantFrom(...(Object.keys(ERROR_CODES) as ErrorCode[]));
    const retryAfterMs = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(fc.record({ code, message: text, ref: fc.option(fc.integer(), { nil: undefined }), retryAfterMs }), (parts) => {
        const { retryable } = ERROR_CODES[parts.code];
        expect(decodeServerFrame(encodeError(parts))).toEqual({ type: 'error', ...parts, retryable });
      }),
    );
    expect(encodeError({ code: 'rate_limited', message: 'm', ref: 'r', retryAfterMs: 199.2 })).toBe(
      '{"type":"error","code":"rate_limited","message":"m","retryable":true,"retryAfterMs":200,"ref":"r"}',
    );
    expect(encodeError({ code: 'bad_json', message: 'm', ref: undefined })).toBe(
      '{"type":"error","code":"bad_json","message":"m","retryable":false}',
    );
  });

  it('joined, in the order of the contract', () => {
    const parts = { roomId: 'r', epoch: 'e', seq: 58, recovered: true, replay: 17 };
    expect(encodeJoined(parts)).toBe('{"type":"joined","roomId":"r","epoch":"e","seq":58,"recovered":true,"replay":17}');
    expect(decodeServerFrame(encodeJoined({ ...parts, ref: 0 }))).toEqual({ type: 'joined', ...parts, ref: 0 });
  });

  it('left, typing, presence, authed', () => {
    fc.assert(
      fc.property(text, maybeRef, fc.record(author), count, (roomId, given, { userId, username }, members) => {
        const back = Object.is(given, -0) ? 0 : given;
        expect(decodeServerFrame(encodeLeft({ roomId, ref: given }))).toEqual({ type: 'left', roomId, ref: back });
        const typing = encodeTyping({ roomId, authorJson: encodeAuthor(userId, username) });
        expect(decodeServerFrame(typing)).toEqual({ type: 'typing', roomId, userId, username });
        expect(decodeServerFrame(encodePresence({ roomId, members }))).toEqual({ type: 'presence', roomId, members });
      }),
    );
    const expiresAt = isoTime(1_767_090_600_000);
    expect(decodeServerFrame(encodeAuthed({ expiresAt }))).toEqual({ type: 'authed', expiresAt, ref: undefined });
    expect(decodeServerFrame(encodeAuthed({ expiresAt, ref: 'x' }))).toEqual({ type: 'authed', expiresAt, ref: 'x' });
  });
});
