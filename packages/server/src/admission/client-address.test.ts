import { describe, expect, it } from 'vitest';
import type { TrustProxy } from '../config.ts';
import { addressKey, clientAddressReader } from './client-address.ts';

function read(trust: TrustProxy, remoteAddress: string | undefined, forwarded?: string | readonly string[]): string {
  return clientAddressReader(trust)({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } });
}

describe("HTTP-27 the client's address", () => {
  it("is the socket's when no proxy is trusted, whatever a header claims", () => {
    expect(read('none', '203.0.113.9', '1.1.1.1')).toBe('203.0.113.9');
  });

  it('is the one that the last trusted proxy saw, not the one that the client wrote in front', () => {
    expect(read(1, '10.0.0.1', '6.6.6.6, 203.0.113.9')).toBe('203.0.113.9');
    expect(read(2, '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2')).toBe('203.0.113.9');
    expect(read(['10.0.0.0/8'], '10.0.0.1', '6.6.6.6, 203.0.113.9, 10.0.0.2')).toBe('203.0.113.9');
  });

  it('is the socket’s when that is no trusted proxy', () => {
    expect(read(['10.0.0.0/8'], '203.0.113.9', '1.1.1.1')).toBe('203.0.113.9');
  });

  it('stops at the first part that is no address', () => {
    expect(read(3, '10.0.0.1', '1.1.1.1, "; drop, 203.0.113.9')).toBe('203.0.113.9');
    expect(read(1, '10.0.0.1', '')).toBe('10.0.0.1');
    expect(read(1, '10.0.0.1')).toBe('10.0.0.1');
  });

  it('is read with ports, brackets, mapped IPv4 and repeated headers', () => {
    expect(read(1, '10.0.0.1', '203.0.113.9:4711')).toBe('203.0.113.9');
    expect(read(1, '10.0.0.1', '[2001:db8::1]:4711')).toBe('2001:db8::1');
    expect(read('none', '::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(read(['10.0.0.1'], '::ffff:10.0.0.1', ['6.6.6.6', '203.0.113.9'])).toBe('203.0.113.9');
    expect(read('none', undefined)).toBe('unknown');
  });

  it('reads no more of a long chain than any network has', () => {
    const chain = ['6.6.6.6', ...Array.from({ length: 30 }, () => '10.0.0.1')].join(',');
    expect(read(['10.0.0.0/8'], '10.0.0.1', chain)).toBe('10.0.0.1');
  });
});

describe('HTTP-22 the key of an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::ffff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['64:ff9b::1.2.3.4', '64:ff9b:0:0::/64'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
