import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUsername, isReservedRoomId, isRoomId, isUserId, isUuid, parseUuid } from './ids.ts';

describe('UUIDs', () => {
  it('takes any version in canonical form and gives it in lower case', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(parseUuid(id.toUpperCase())).toBe(id);
        expect(isUuid(id)).toBe(true);
      }),
    );
    expect(isUuid('00000000-0000-0000-0000-000000000000')).toBe(true);
    expect(isUuid('ffffffff-ffff-ffff-ffff-ffffffffffff')).toBe(true);
  });

  it.each([
    '',
    'not-a-uuid',
    '550e8400e29b41d4a716446655440000',
    '{550e8400-e29b-41d4-a716-446655440000}',
    '550e8400-e29b-41d4-a716-44665544000',
    '550e8400-e29b-41d4-a716-4466554400000',
    '550e8400-e29b-41d4-a716-44665544000g',
    '550e8400-e29b-41d4-a716-44665544000\n',
    '550e8400-e29b-41d4-a716-446655440000\n',
    '550e8400-e29b-41d4-a71-64466554400000',
    '550e8400-e29b-41d4-a716-44665544000\u212a',
  ])('refuses %j', (text) => {
    expect(isUuid(text)).toBe(false);
    expect(parseUuid(text)).toBeUndefined();
  });
});

describe('room names', () => {
  it.each(['global', '#ubuntu', 'a', 'A-Z_0.9:x', '__proto__', 'constructor', 'dm:1', 'x'.repeat(64)])('takes %j (ROOM-1)', (name) => {
    expect(isRoomId(name)).toBe(true);
  });

  it.each(['', ' ', 'a b', 'a/b', 'é', 'ſ', 'room\n', '\nroom', 'a\u0000', '🎉', '%23', 'x'.repeat(65)])('refuses %j (ROOM-1)', (name) => {
    expect(isRoomId(name)).toBe(false);
  });

  it('knows the prefixes that only the server may use', () => {
    expect(['dm:1', 'dm:', 'private:x', 'private:'].every(isReservedRoomId)).toBe(true);
    expect(['dm', 'xdm:1', 'private', 'DM:1', 'x-private:'].some(isReservedRoomId)).toBe(false);
  });
});

describe('user ids', () => {
  it('takes 1 to 128 code units of any script, white space included', () => {
    expect(['u', ' ', 'user|auth0:1', 'Ωμέγα', '🎉', 'x'.repeat(128)].every(isUserId)).toBe(true);
  });

  it('refuses empty and long ones, control characters and lone surrogates', () => {
    const wrong = ['', 'x'.repeat(129), 'a\nb', 'a\tb', 'a\u0000', 'a\u001f', 'a\u007f', 'a\u0080', 'a\u009f', 'a\ud800', '\udc00a'];
    expect(wrong.filter(isUserId)).toEqual([]);
    expect(isUserId('a\u00a0')).toBe(true);
  });
});

describe('usernames', () => {
  it('takes 1 to 50 code points, however many code units they are', () => {
    expect(['A', 'Élodie d’Arc', '🎉'.repeat(50), 'x'.repeat(50), ' x '].map(checkUsername)).toEqual(Array(5).fill(undefined));
  });

  it.each(['', '   ', '\u00a0\u3000', '🎉'.repeat(51), 'x'.repeat(51), 'a\u0000', 'a\nb', 'a\u0085b', '\ud83c'])('refuses %j', (name) => {
    expect(checkUsername(name)?.code).toBe('username_invalid');
  });
});
