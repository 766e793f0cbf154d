import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../../test/kit/any-text.ts';
import { type ParseContext, parseLine } from './parse-line.ts';
import { RankLedger } from './rank-ledger.ts';

const NOW = Date.UTC(2026, 0, 1);
const ID = '994229CF-810b-50dc-8c8c-f29a6ba07312';
const LINE = { t: '2024-05-01T12:00:00Z', room: '#ubuntu', user: '|QuaD-', content: 'Hi' };

const context = (): ParseContext => {
  const ledger = new RankLedger();
  return { now: () => NOW, rank: (time, id) => ledger.rank(time, id) };
};
const parse = (fields: object) => parseLine(JSON.stringify(fields), context());
const event = (fields: object) => {
  const parsed = parse(fields);
  if (parsed.kind === 'refused') throw new Error(parsed.reason);
  return parsed.event;
};
const reason = (fields: object) => {
  const parsed = parse(fields);
  return parsed.kind === 'refused' ? parsed.reason : parsed.kind;
};

describe('a line of an import', () => {
  it('becomes a message without a position', () => {
    expect(event({ ...LINE, messageId: ID, replyTo: ID, seg: 'ignored' })).toEqual({
      roomId: '#ubuntu',
      messageId: ID.toLowerCase(),
      type: 'chat',
      userId: '|QuaD-',
      username: '|QuaD-',
      content: 'Hi',
      timestamp: Date.UTC(2024, 4, 1, 12),
      replyTo: ID.toLowerCase(),
      position: undefined,
    });
  });

  it('may use the names of the wire', () => {
    const { t: timestamp, room: roomId, user: userId, content } = LINE;
    expect(event({ timestamp, roomId, userId, username: 'Quad', content, type: 'system' })).toMatchObject({
      roomId,
      userId,
      username: 'Quad',
      type: 'system',
    });
  });

  it('prefers the short names, and takes null for absent', () => {
    expect(event({ ...LINE, roomId: 'other', userId: 'other', timestamp: 'x' })).toMatchObject({ roomId: '#ubuntu', userId: '|QuaD-' });
    expect(event({ ...LINE, room: null, roomId: 'other', messageId: null, username: null, type: null })).toMatchObject({ roomId: 'other' });
  });

  it('becomes a notice when it is a join or leave, whatever its content', () => {
    const { content: _, ...rest } = LINE;
    const join = event({ ...rest, type: 'join' });
    expect(join).toEqual({
      roomId: '#ubuntu',
      messageId: join.messageId,
      type: 'join',
      userId: '|QuaD-',
      username: '|QuaD-',
      timestamp: Date.UTC(2024, 4, 1, 12),
    });
    expect(event({ ...rest, type: 'join', content: 'x'.repeat(2000) })).toEqual(join);
  });

  it('keeps content as it is, control characters too', () => {
    const content = ' \u0003red\u001b[0m\t\r\n\u202e\u{1f600} ';
    expect(event({ ...LINE, content })).toMatchObject({ content });
  });

  it('counts content in code points', () => {
    expect(reason({ ...LINE, content: '\u{1f600}'.repeat(1000) })).toBe('event');
    expect(reason({ ...LINE, content: '\u{1f600}'.repeat(1001) })).toBe('content_too_long');
  });

  it('cuts a username made of a long user id to 50 code points', () => {
    expect(event({ ...LINE, user: '\u{1f600}'.repeat(64) })).toMatchObject({ username: '\u{1f600}'.repeat(50) });
  });

  it.each([
    ['content_missing', { content: undefined }],
    ['content_missing', { content: 7 }],
    ['content_empty', { content: '' }],
    ['content_invalid', { content: 'a\0b' }],
    ['content_invalid', { content: 'a\ud800b' }],
    ['room_invalid', { room: 'a b' }],
    ['room_invalid', { room: undefined }],
    ['room_invalid', { room: 'dm:x' }],
    ['room_invalid', { room: 'r'.repeat(65) }],
    ['user_invalid', { user: '' }],
    ['user_invalid', { user: 'a\nb' }],
    ['user_invalid', { user: 'u'.repeat(129) }],
    ['user_invalid', { user: ['a'] }],
    ['username_invalid', { username: '   ' }],
    ['username_invalid', { username: 'u'.repeat(51) }],
    ['type_unknown', { type: 'part' }],
    ['type_unknown', { type: '__proto__' }],
    ['message_id_invalid', { messageId: '17' }],
    ['reply_to_invalid', { replyTo: 17 }],
    ['timestamp_invalid', { t: undefined }],
    ['timestamp_invalid', { t: 'yesterday' }],
    ['zone_missing', { t: '2024-05-01T12:00:00' }],
    ['zone_missing', { t: '2024-05-01 12:00' }],
    ['in_the_future', { t: NOW + 60_001 }],
  ])('is refused as %s: %j', (expected, change) => {
    expect(reason({ ...LINE, ...change })).toBe(expected);
  });

  it('may be up to 60 s ahead, and no more (IMPORT-6)', () => {
    expect(reason({ ...LINE, t: NOW + 60_000 })).toBe('event');
    expect(reason({ ...LINE, t: NOW + 60_001 })).toBe('in_the_future');
  });

  it.each(['', '{', 'null', '[]', '"x"', '17', '{"t":1}x'])('is refused when it is %j', (line) => {
    expect(parseLine(line, context())).toMatchObject({ kind: 'refused' });
  });

  it('is refused, not fatal, when it nests deeply', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    expect(parseLine(deep, context())).toMatchObject({ kind: 'refused', reason: 'not_an_object' });
    for (const name of ['t', 'room', 'user', 'content', 'messageId']) {
      expect(parseLine(`{"t":1700000000000,"room":"r","user":"u","${name}":${deep}}`, context())).toMatchObject({ kind: 'refused' });
    }
  });

  it('never makes the parser throw, and says why in short printable ASCII', () => {
    const names = fc.constantFrom(
      't',
      'timestamp',
      'room',
      'roomId',
      'user',
      'userId',
      'username',
      'type',
      'content',
      'messageId',
      'replyTo',
      '__proto__',
    );
    const field = fc.oneof(fc.jsonValue(), anyText(), fc.constantFrom(...Object.values(LINE)));
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.tuple(names, field)).map((pairs) => JSON.stringify(Object.fromEntries(pairs))),
    );
    fc.assert(
      fc.property(line, (text) => {
        const parsed = parseLine(text, context());
        if (parsed.kind === 'refused') expect(parsed.detail).toMatch(/^[\x20-\x7e…]{0,70}$/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the id of an event without one', () => {
  it('is the same in every run', () => {
    expect(event(LINE).messageId).toBe(event({ ...LINE, username: 'other', replyTo: ID }).messageId);
    expect(event(LINE).messageId).toBe('8619aefb-84e4-5346-9853-d11bb7f356cb');
  });

  it('differs with every part of it, and with the rank among equal lines', () => {
    const one = context();
    const lines = [
      LINE,
      LINE,
      { ...LINE, type: 'system' },
      { ...LINE, room: 'r' },
      { ...LINE, user: 'u' },
      { ...LINE, content: 'Hi!' },
      LINE,
    ];
    const later = { ...LINE, t: '2024-05-01T12:00:00.001Z' };
    const ids = [...lines, later].map((line) => {
      const parsed = parseLine(JSON.stringify(line), one);
      return parsed.kind === 'event' ? parsed.event.messageId : '';
    });
    expect(new Set(ids).size).toBe(8);
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
  });

  it('does not care how a line writes the same instant', () => {
    expect(event({ ...LINE, t: '2024-05-01T14:00:00.000999+02:00' }).messageId).toBe(event(LINE).messageId);
    expect(event({ ...LINE, t: Date.UTC(2024, 4, 1, 12) }).messageId).toBe(event(LINE).messageId);
  });

  it('takes no rank from lines that were refused or have an id of their own', () => {
    const one = context();
    parseLine(JSON.stringify({ ...LINE, messageId: ID }), one);
    parseLine(JSON.stringify({ ...LINE, replyTo: 'x' }), one);
    expect(parseLine(JSON.stringify(LINE), one)).toEqual(parse(LINE));
  });
});
