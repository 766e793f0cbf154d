import { describe, expect, it } from 'vitest';
import { isOriginAllowed } from './origin.ts';

const ALLOWED = ['https://good.com', 'http://localhost:5173'];

describe('LIMIT-6 an origin', () => {
  it.each(['https://good.com', 'HTTPS://GOOD.COM', 'http://localhost:5173'])('is allowed when it is listed: %s', (origin) => {
    expect(isOriginAllowed(origin, 'chat.example', ALLOWED)).toBe(true);
  });

  it.each([
    'https://good.com.evil.com',
    'https://evilgood.com',
    'https://good.com@evil.com',
    'http://good.com',
    'https://good.com:8443',
    'https://sub.good.com',
    'https://good.com/',
    'https://good.com/path',
    'https://good.com, https://evil.com',
    'null',
    '',
    'file://',
    'http://localhost:5174',
    'https://góod.com',
    'ws://good.com',
  ])('is refused when it only looks like a listed one: %s', (origin) => {
    expect(isOriginAllowed(origin, 'chat.example', ALLOWED)).toBe(false);
  });

  it('is allowed when it is our own, whatever the scheme', () => {
    expect(isOriginAllowed('https://chat.example', 'chat.example', [])).toBe(true);
    expect(isOriginAllowed('http://chat.example:8080', 'chat.example:8080', [])).toBe(true);
    expect(isOriginAllowed('https://chat.example', 'chat.example:443', [])).toBe(true);
  });

  it.each(['chat.example:9', 'evil@chat.example', 'chat.example/x', 'other.example', undefined])(
    'is not our own with the host %s',
    (host) => {
      expect(isOriginAllowed('https://chat.example', host, [])).toBe(false);
    },
  );

  it('may be missing: then there is no browser', () => {
    expect(isOriginAllowed(undefined, 'chat.example', [])).toBe(true);
  });

  it('may be anything when all are allowed', () => {
    expect(['null', 'https://evil.com'].every((origin) => isOriginAllowed(origin, 'chat.example', '*'))).toBe(true);
  });
});
