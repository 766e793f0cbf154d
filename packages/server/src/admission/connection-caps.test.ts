import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionCaps } from './connection-caps.ts';

describe('LIMIT-4 connection caps', () => {
  it('refuse above the total, whoever comes', () => {
    const caps = new ConnectionCaps({ maxConnections: 2, maxConnectionsPerIp: 0 });
    expect([caps.open('a'), caps.open('a'), caps.open('b')]).toEqual(['ok', 'ok', 'full']);
    caps.close('a');
    expect(caps.open('b')).toBe('ok');
  });

  it('refuse above the number of one address, and let others in', () => {
    const caps = new ConnectionCaps({ maxConnections: 10, maxConnectionsPerIp: 1 });
    expect([caps.open('a'), caps.open('a'), caps.open('b')]).toEqual(['ok', 'address_full', 'ok']);
  });

  it('ignore a close of what was never opened', () => {
    const caps = new ConnectionCaps({ maxConnections: 1, maxConnectionsPerIp: 1 });
    caps.close('a');
    expect(caps.total).toBe(0);
  });

  it('count what is open, never above their limits, for any order of events', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.constantFrom('a', 'b', 'c')), { maxLength: 100 }), (steps) => {
        const caps = new ConnectionCaps({ maxConnections: 5, maxConnectionsPerIp: 2 });
        const open: string[] = [];
        for (const [isOpening, address] of steps) {
          const mine = open.filter((other) => other === address).length;
          if (isOpening) {
            const expected = open.length >= 5 ? 'full' : mine >= 2 ? 'address_full' : 'ok';
            expect(caps.open(address)).toBe(expected);
            if (expected === 'ok') open.push(address);
          } else if (mine > 0) {
            caps.close(address);
            open.splice(open.indexOf(address), 1);
          }
          expect(caps.total).toBe(open.length);
        }
      }),
    );
  });
});
