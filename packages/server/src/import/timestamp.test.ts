import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from './timestamp.ts';

describe('a timestamp of an import', () => {
  it.each([
    ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00.000Z'],
    ['2024-05-01t12:00z', '2024-05-01T12:00:00.000Z'],
    ['2024-05-01 12:00:00.5Z', '2024-05-01T12:00:00.500Z'],
    ['2024-05-01T12:00:00,123456789Z', '2024-05-01T12:00:00.123Z'],
    ['2024-05-01T12:00:00+05:30', '2024-05-01T06:30:00.000Z'],
    ['2024-05-01T12:00:00-0800', '2024-05-01T20:00:00.000Z'],
    ['2024-05-01T12:00:00+02', '2024-05-01T10:00:00.000Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
  ])('%s is %s', (text, iso) => {
    expect(new Date(parseTimestamp(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  it.each([
    '2024-05-01T12:00:00',
    '2024-05-01',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '2024-05-01T12:00:61Z',
    '2024-05-01T12:00:00+24:00',
    '1969-12-31T23:59:59Z',
    '+012024-05-01T12:00:00Z',
    'yesterday',
    '',
    '1714564800000',
    1_714_564_800,
    1.5e12 + 0.5,
    Number.MAX_VALUE,
    -1,
    null,
    true,
    {},
  ])('%j is none', (value) => {
    expect(parseTimestamp(value)).toBeUndefined();
  });

  it('reads back what Date writes, as text and as number', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1973-04-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        expect(parseTimestamp(date.toISOString())).toBe(date.getTime());
        expect(parseTimestamp(date.getTime())).toBe(date.getTime());
      }),
    );
  });
});
