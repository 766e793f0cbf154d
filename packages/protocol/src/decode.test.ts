import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from './decode.ts';
import type { ClientFrame, RefusedFrame } from './frames.ts';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const decode = (value: unknown): ClientFrame | RefusedFrame => decodeFrame(JSON.stringify(value));

/** Any code units, lone surrogates included. */
const text = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((units) => String.fromCharCode(...units));

/** `code message` of a refusal. */
function refusalOf(value: unknown): string | undefined {
  const frame = decode(value);
  return frame.type === 'refused' ? `${frame.code} ${frame.message}` : undefined;
}

describe('chat frames', () => {
  it('may have nothing but type and content', () => {
    const nothing = { roomId: undefined, messageId: undefined, replyTo: undefined, retry: false, ref: undefined };
    expect(decodeFrame('{"type":"chat","content":"hi"}')).toEqual({ type: 'chat', content: 'hi', ...nothing });
    expect(decodeFrame('{"type":"system","content":"hi"}')).toEqual({ type: 'system', content: 'hi', ...nothing });
  });

  it('keep every field that is theirs, ids in lower case (FRAME-9)', () => {
    const frame = { type: 'chat', roomId: '#ubuntu', content: 'hi\n\tyou', messageId: ID, replyTo: ID, retry: true, ref: 'r1' };
    expect(decode({ ...frame, messageId: ID.toUpperCase(), replyTo: ID.toUpperCase() })).toEqual(frame);
  });

  it('lose what is the server’s to say, and what nobody knows (FRAME-10, FRAME-11)', () => {
    const forged = { userId: 'root', username: 'Root', timestamp: 'now', seq: 9e9, deep: { a: [1] }, roles: ['owner'] };
    expect(decode({ type: 'chat', content: 'hi', ...forged })).toEqual(decode({ type: 'chat', content: 'hi' }));
  });

  it('take null for an absent optional field, as serialisers of other languages write it', () => {
    const nulls = { roomId: null, messageId: null, replyTo: null, retry: null, ref: null };
    expect(decode({ type: 'chat', content: 'hi', ...nulls })).toEqual(decode({ type: 'chat', content: 'hi' }));
  });

  it.each([
    [{ content: 5 }, /^bad_frame content must be a string/],
    [{ content: null }, /^bad_frame content/],
    [{ content: undefined }, /^bad_frame content/],
    [{ content: ['hi'] }, /^bad_frame content/],
    [{ content: ' \n' }, /^content_empty /],
    [{ content: '🎉'.repeat(1001) }, /^content_too_long .*1000/],
    [{ content: 'a\u0000b' }, /^content_invalid /],
    [{ content: '\ud800' }, /^content_invalid /],
    [{ roomId: 5 }, /^bad_frame roomId/],
    [{ roomId: {} }, /^bad_frame roomId/],
    [{ roomId: '' }, /^room_invalid roomId .*64/],
    [{ roomId: 'a b' }, /^room_invalid roomId/],
    [{ messageId: 'x' }, /^bad_frame messageId must be a UUID/],
    [{ messageId: 5 }, /^bad_frame messageId/],
    [{ replyTo: 'x' }, /^bad_frame replyTo/],
    [{ retry: 1 }, /^bad_frame retry/],
    [{ retry: 'true' }, /^bad_frame retry/],
  ])('with %j are refused, naming the field (FRAME-3, FRAME-6, FRAME-7, FRAME-9)', (change, expected) => {
    expect(refusalOf({ type: 'chat', content: 'hi', ...change })).toMatch(expected);
    expect(decode({ type: 'chat', content: 'hi', ref: 7, ...change }).ref).toBe(7);
  });

  it('take 1000 emoji, escaped or not', () => {
    const escaped = `{"type":"chat","content":"${'\\ud83c\\udf89'.repeat(1000)}"}`;
    expect(decodeFrame(escaped)).toMatchObject({ type: 'chat', content: '🎉'.repeat(1000) });
    expect(decode({ type: 'chat', content: '🎉'.repeat(1000) }).type).toBe('chat');
  });
});

describe('refs', () => {
  it.each([0, -1, 1.5, 1e300, '', 'r1', '__proto__', 'x'.repeat(64), '🎉'.repeat(16), '\ud800'])('%j comes back (FRAME-8)', (ref) => {
    expect(decode({ type: 'chat', content: 'hi', ref }).ref).toBe(ref);
    expect(decode({ type: 'nonsense', ref })).toMatchObject({ code: 'unknown_type', ref });
    expect(decode({ ref })).toMatchObject({ code: 'bad_frame', ref });
  });

  it.each([true, {}, [], ['r'], 'x'.repeat(65), '🎉'.repeat(17), 'é'.repeat(33)])('%j is refused, and not repeated (FRAME-8)', (ref) => {
    expect(decode({ type: 'chat', content: 'hi', ref })).toMatchObject({ type: 'refused', code: 'bad_frame', ref: undefined });
  });

  it('must be finite', () => {
    expect(decodeFrame('{"type":"chat","content":"hi","ref":1e999}')).toMatchObject({ code: 'bad_frame', ref: undefined });
  });
});

describe('other frames', () => {
  it('join with and without a position', () => {
    const since = { epoch: 'e1', seq: 41 };
    expect(decode({ type: 'join', roomId: 'r', since: { ...since, more: 1 }, ref: 1 })).toEqual({
      type: 'join',
      roomId: 'r',
      since,
      ref: 1,
    });
    expect(decode({ type: 'join', roomId: 'r' })).toEqual({ type: 'join', roomId: 'r', since: undefined, ref: undefined });
    expect(decode({ type: 'join', roomId: 'r', since: null })).toEqual({ type: 'join', roomId: 'r', since: undefined, ref: undefined });
  });

  it('join with an epoch of 64 characters at most', () => {
    const epoch = 'e'.repeat(64);
    expect(decode({ type: 'join', roomId: 'r', since: { epoch, seq: 0 } })).toMatchObject({ since: { epoch, seq: 0 } });
  });

  it('do not judge reserved names', () => {
    expect(decode({ type: 'join', roomId: 'dm:1' }).type).toBe('join');
    expect(decode({ type: 'chat', roomId: 'private:1', content: 'hi' }).type).toBe('chat');
  });

  it('leave and typing', () => {
    expect(decode({ type: 'leave', roomId: 'r', ref: 'x' })).toEqual({ type: 'leave', roomId: 'r', ref: 'x' });
    expect(decode({ type: 'typing' })).toEqual({ type: 'typing', roomId: undefined, ref: undefined });
    expect(decode({ type: 'typing', roomId: 'r' })).toEqual({ type: 'typing', roomId: 'r', ref: undefined });
  });

  it('auth', () => {
    expect(decode({ type: 'auth', token: 'a.b.c' })).toEqual({ type: 'auth', token: 'a.b.c', ref: undefined });
  });

  it('position, whatever the rooms are called (FRAME-10)', () => {
    const text = '{"type":"position","rooms":{"__proto__":{"epoch":"e","seq":0},"constructor":{"epoch":"f","seq":9007199254740991}}}';
    const rooms = new Map([
      ['__proto__', { epoch: 'e', seq: 0 }],
      ['constructor', { epoch: 'f', seq: Number.MAX_SAFE_INTEGER }],
    ]);
    expect(decodeFrame(text)).toEqual({ type: 'position', rooms, ref: undefined });
    expect(decode({ type: 'position', rooms: {} })).toEqual({ type: 'position', rooms: new Map(), ref: undefined });
  });

  const roomsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, { epoch: 'e', seq: 1 }]));

  it('position of at most 100 rooms', () => {
    expect(decode({ type: 'position', rooms: roomsOf(100) }).type).toBe('position');
    expect(refusalOf({ type: 'position', rooms: roomsOf(101) })).toMatch(/^bad_frame rooms .*100/);
  });

  it.each([
    [{ type: 'join' }, /^bad_frame roomId/],
    [{ type: 'join', roomId: 5 }, /^bad_frame roomId/],
    [{ type: 'join', roomId: 'no/slash' }, /^room_invalid/],
    [{ type: 'join', roomId: 'r', since: 5 }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: {} }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: [] }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: { epoch: '', seq: 1 } }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: { epoch: 'e'.repeat(65), seq: 1 } }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: { epoch: 'e', seq: -1 } }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: { epoch: 'e', seq: 1.5 } }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: { epoch: 'e', seq: '1' } }, /^bad_frame since/],
    [{ type: 'join', roomId: 'r', since: { epoch: 'e', seq: 2 ** 53 } }, /^bad_frame since/],
    [{ type: 'leave' }, /^bad_frame roomId/],
    [{ type: 'leave', roomId: 'é' }, /^room_invalid/],
    [{ type: 'typing', roomId: false }, /^bad_frame roomId/],
    [{ type: 'typing', roomId: 'a b' }, /^room_invalid/],
    [{ type: 'position' }, /^bad_frame rooms/],
    [{ type: 'position', rooms: [] }, /^bad_frame rooms/],
    [{ type: 'position', rooms: { r: 5 } }, /^bad_frame rooms/],
    [{ type: 'position', rooms: { 'a b': { epoch: 'e', seq: 1 } } }, /^room_invalid/],
    [{ type: 'auth' }, /^bad_frame token/],
    [{ type: 'auth', token: '' }, /^bad_frame token/],
    [{ type: 'auth', token: 5 }, /^bad_frame token/],
    [{ type: 5 }, /^bad_frame type/],
    [{ type: null }, /^bad_frame type/],
    [{ content: 'hi' }, /^bad_frame type/],
    [{ type: 'edit' }, /^unknown_type/],
    [{ type: 'toString' }, /^unknown_type/],
    [{ type: '__proto__' }, /^unknown_type/],
    [{ type: 'Chat', content: 'hi' }, /^unknown_type/],
  ])('%j is refused, its ref echoed (FRAME-3, FRAME-4, ROOM-1)', (frame, expected) => {
    expect(refusalOf(frame)).toMatch(expected);
    expect(decode({ ...frame, ref: 'mine' })).toMatchObject({ type: 'refused', ref: 'mine' });
  });

  it.each([null, 5, 'chat', true, [], [{ type: 'chat', content: 'hi' }]])('%j is no frame (FRAME-3)', (value) => {
    expect(refusalOf(value)).toBe('bad_frame The frame must be one JSON object.');
  });
});

describe('hostile frames', () => {
  it.each([
    '',
    ' ',
    '{',
    '{"type":"chat","content":"hi"',
    '{"type":"chat","content":"hi"}{}',
    "{'type':'chat'}",
    '\u0000',
    'NaN',
    '\ufeff{}',
    '{"a":"\n"}',
  ])('%j is bad JSON (FRAME-2)', (text) => {
    expect(decodeFrame(text)).toEqual({ type: 'refused', code: 'bad_json', message: 'The frame is not valid JSON.', ref: undefined });
  });

  it('may be as deep as they like', () => {
    const depth = 200_000;
    expect(decodeFrame('['.repeat(depth))).toMatchObject({ code: 'bad_json' });
    expect(decodeFrame('['.repeat(depth) + ']'.repeat(depth))).toMatchObject({ type: 'refused' });
    const nested = `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`;
    expect(decodeFrame(`{"type":"chat","content":"hi","x":${nested}}`)).toMatchObject({ type: 'chat', content: 'hi' });
    expect(decodeFrame(`{"type":"chat","content":${nested}}`)).toMatchObject({ code: 'bad_frame' });
  });

  it('cannot say anything through a prototype (FRAME-10)', () => {
    expect(decodeFrame('{"__proto__":{"type":"chat","content":"hi"}}')).toMatchObject({ code: 'bad_frame' });
    expect(decodeFrame('{"type":"chat","content":"hi","__proto__":{"ref":5,"roomId":"x"}}')).toMatchObject({
      ref: undefined,
      roomId: undefined,
    });
    expect(decodeFrame('{"type":"chat","content":"hi","constructor":{"prototype":{"polluted":1}}}').type).toBe('chat');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('say huge numbers without harm', () => {
    expect(decodeFrame(`{"type":"chat","content":"hi","seq":${'9'.repeat(4000)},"ref":-0}`)).toMatchObject({ type: 'chat' });
    expect(decodeFrame('{"type":"join","roomId":"r","since":{"epoch":"e","seq":1e400}}')).toMatchObject({ code: 'bad_frame' });
  });

  it('never learn their own text from a refusal', () => {
    const secret = '<script>x</script>';
    for (const frame of [{ type: secret }, { type: 'join', roomId: secret }, { type: 'chat', content: 'a', messageId: secret }]) {
      expect(refusalOf(frame)).not.toContain(secret);
    }
  });
});

describe('any input', () => {
  const isSound = (text: string): boolean => {
    const frame = decodeFrame(text);
    return typeof frame === 'object' && typeof frame.type === 'string';
  };

  it('is answered, never thrown at (FRAME-1): arbitrary text', () => {
    fc.assert(fc.property(text, isSound));
  });

  it('is answered, never thrown at (FRAME-1): arbitrary JSON', () => {
    fc.assert(fc.property(fc.json(), isSound));
  });

  const type = fc.constantFrom('chat', 'system', 'join', 'leave', 'typing', 'position', 'auth', 'edit');
  const seed = {
    roomId: fc.constantFrom('r', 'dm:1', ''),
    content: text,
    ref: fc.oneof(fc.string(), fc.double()),
    token: fc.string(),
  };
  const names = ['type', 'roomId', 'content', 'ref', 'messageId', 'replyTo', 'retry', 'since', 'rooms', 'token', '__proto__'];

  it('is answered, never thrown at (FRAME-1): frames with a field of any kind put in', () => {
    fc.assert(
      fc.property(fc.record({ type, ...seed }), fc.constantFrom(...names), fc.jsonValue(), (frame, name, value) =>
        isSound(JSON.stringify(Object.fromEntries([...Object.entries(frame), [name, value]]))),
      ),
    );
  });

  it('is answered, never thrown at (FRAME-1): frames cut and stained anywhere', () => {
    const frame = JSON.stringify({ type: 'join', roomId: 'r', since: { epoch: 'e', seq: 1 }, ref: 'x', content: 'é🎉' });
    fc.assert(
      fc.property(fc.nat(frame.length), fc.nat(4), text, (at, cut, stain) => isSound(frame.slice(0, at) + stain + frame.slice(at + cut))),
    );
  });

  it('carries its ref back whenever the ref is valid', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 16 }), fc.integer()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        type,
        (ref, more, kind) => {
          expect(decode({ ...more, type: kind, ref }).ref).toBe(ref);
        },
      ),
    );
  });
});
