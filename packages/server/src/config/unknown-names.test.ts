import { describe, expect, it } from 'vitest';
import { describeUnknownNames } from './unknown-names.ts';

describe('a name in .env that no setting has', () => {
  it.each([
    ['RATE_LIMIT', 'RATE_LIMIT_PER_SEC or RATE_LIMIT_BURST'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['port', 'PORT'],
    ['DATA_DIRECTORY', 'DATA_DIR'],
    ['PROT', 'PORT'],
  ])('%s is told with what may have been meant', (name, meant) => {
    expect(describeUnknownNames([name])).toEqual([`.env: there is no setting "${name}", so it is ignored. Did you mean ${meant}?`]);
  });

  it('is told alone where nothing is near', () => {
    expect(describeUnknownNames(['FAVOURITE_COLOUR'])).toEqual(['.env: there is no setting "FAVOURITE_COLOUR", so it is ignored.']);
  });

  it('is not one that is known, reserved, or read by Node', () => {
    expect(describeUnknownNames(['PORT', 'REDIS_URL', 'NODE_OPTIONS', 'UV_THREADPOOL_SIZE', 'AWS_ACCESS_KEY_ID', 'TZ'])).toEqual([]);
  });
});
