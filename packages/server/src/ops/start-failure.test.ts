import { describe, expect, it } from 'vitest';
import { explainStartFailure } from './start-failure.ts';

const where = { host: 'example.invalid', port: 80 };
const failure = (code: string) => Object.assign(new Error(`listen ${code}`), { code });

describe('a start that failed', () => {
  it.each([
    ['EADDRINUSE', 'PORT'],
    ['EACCES', 'port 80'],
    ['ENOTFOUND', 'HOST=example.invalid'],
    ['EADDRNOTAVAIL', 'HOST=example.invalid'],
    ['ENOSPC', 'DATA_DIR'],
  ])('is explained with what to set: %s', (code, expected) => {
    expect(explainStartFailure(failure(code), where)).toContain(expected);
  });

  it('keeps the sentence of a data folder that is in use, and has none for a bug', () => {
    const inUse = Object.assign(new Error('in use by process 12'), { name: 'DataDirError' });
    expect(explainStartFailure(inUse, where)).toBe('in use by process 12');
    expect(explainStartFailure(new TypeError('x'), where)).toBeUndefined();
    expect(explainStartFailure('x', where)).toBeUndefined();
  });
});
