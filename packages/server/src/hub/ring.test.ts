import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring, type RingEntry } from './ring.ts';

const entry = (seq: number, bytes = 10): RingEntry => ({
  seq,
  timestamp: 1000 + seq,
  messageId: `m${seq}`,
  userId: 'ann',
  frame: new Uint8Array(bytes),
});

function filled(ring: Ring, from: number, to: number, bytes = 10): Ring {
  for (let seq = from; seq <= to; seq += 1) ring.push(entry(seq, bytes));
  return ring;
}

const seqsOf = (entries: readonly RingEntry[]) => entries.map((each) => each.seq);

describe('the ring', () => {
  it('is empty at first', () => {
    const ring = new Ring(3, 100);
    expect([ring.size, ring.bytes, ring.firstSeq, ring.at(1), ring.find('m1'), ring.newest(5)]).toEqual([
      0,
      0,
      undefined,
      undefined,
      undefined,
      [],
    ]);
    expect([ring.shed(), ring.markStored(5), ring.bytesAfter(0)]).toEqual([0, 0, 0]);
  });

  it('finds entries by seq, by id, and from the newest end', () => {
    const ring = filled(new Ring(10, 1000), 5, 9);
    expect([ring.at(4), ring.at(5)?.seq, ring.at(9)?.seq, ring.at(10)]).toEqual([undefined, 5, 9, undefined]);
    expect([ring.find('m5')?.seq, ring.find('m9')?.seq, ring.find('m4')]).toEqual([5, 9, undefined]);
    expect(seqsOf(ring.newest(2))).toEqual([8, 9]);
    expect(seqsOf(ring.newest(99))).toEqual([5, 6, 7, 8, 9]);
    expect(ring.newest(0)).toEqual([]);
  });

  it('counts the bytes after a seq', () => {
    const ring = filled(new Ring(10, 1000), 5, 9);
    expect([ring.bytesAfter(4), ring.bytesAfter(0), ring.bytesAfter(7), ring.bytesAfter(9), ring.bytesAfter(12)]).toEqual([
      50, 50, 20, 0, 0,
    ]);
  });

  it('keeps at most its count and its bytes of what is stored, exactly', () => {
    const ring = new Ring(3, 1000);
    ring.markStored(100);
    expect(seqsOf(filled(ring, 1, 5).newest(9))).toEqual([3, 4, 5]);
    const narrow = new Ring(100, 30);
    narrow.markStored(100);
    expect(seqsOf(filled(narrow, 1, 5).newest(9))).toEqual([3, 4, 5]);
    expect(narrow.bytes).toBe(30);
    expect(narrow.push(entry(6, 25))).toBe(-5);
    expect([narrow.bytes, narrow.firstSeq]).toEqual([25, 6]);
  });

  it('LIMIT-7: evicts nothing that is not stored, and all that is too much once it is', () => {
    const ring = filled(new Ring(3, 1000), 1, 8);
    expect([ring.size, ring.firstSeq]).toEqual([8, 1]);
    expect(ring.markStored(2)).toBe(-20);
    expect(ring.firstSeq).toBe(3);
    expect(ring.markStored(1)).toBe(0);
    expect(ring.markStored(8)).toBe(-30);
    expect(seqsOf(ring.newest(9))).toEqual([6, 7, 8]);
  });

  it('sheds what is stored and nothing else', () => {
    const ring = filled(new Ring(10, 1000), 1, 5);
    ring.markStored(3);
    expect(ring.shed()).toBe(-30);
    expect([ring.size, ring.firstSeq, ring.bytes, ring.at(3), ring.at(4)?.seq]).toEqual([2, 4, 20, undefined, 4]);
    expect(ring.shed()).toBe(0);
  });

  it('forgets the slots of what it evicted, however long it lives', () => {
    const ring = new Ring(10, 1e6);
    ring.markStored(1e9);
    filled(ring, 1, 1000);
    expect([ring.size, ring.firstSeq, ring.at(991)?.seq, ring.at(990), ring.find('m990')]).toEqual([10, 991, 991, undefined, undefined]);
    expect(seqsOf(ring.newest(3))).toEqual([998, 999, 1000]);
    expect(seqsOf(ring.newest(500))).toHaveLength(10);
  });

  it('does what a plain list does, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), bytes: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ kind: fc.constant('store' as const), lag: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ kind: fc.constant('shed' as const) }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 300 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 10, max: 120 }),
        (steps, maxEntries, maxBytes) => {
          const ring = new Ring(maxEntries, maxBytes);
          let model: RingEntry[] = [];
          let [seq, stored] = [0, 0];
          const sum = () => model.reduce((bytes, each) => bytes + each.frame.length, 0);
          const evict = (entries: number, bytes: number) => {
            while ((model.length > entries || sum() > bytes) && model[0] !== undefined && model[0].seq <= stored) model = model.slice(1);
          };
          for (const each of steps) {
            const before = sum();
            let grown: number;
            if (each.kind === 'push') {
              seq += 1;
              grown = ring.push(entry(seq, each.bytes));
              model.push(entry(seq, each.bytes));
              evict(maxEntries, maxBytes);
            } else if (each.kind === 'store') {
              const through = Math.max(0, seq - each.lag);
              grown = ring.markStored(through);
              stored = Math.max(stored, through);
              evict(maxEntries, maxBytes);
            } else {
              grown = ring.shed();
              evict(0, 0);
            }
            expect(grown).toBe(sum() - before);
            expect([ring.size, ring.bytes, ring.firstSeq]).toEqual([model.length, sum(), model[0]?.seq]);
            expect(seqsOf(ring.newest(4))).toEqual(seqsOf(model.slice(-4)));
            for (let at = seq - 10; at <= seq + 1; at += 1) expect(ring.at(at)?.seq).toBe(model.find((one) => one.seq === at)?.seq);
            expect(ring.bytesAfter(seq - 3)).toBe(
              model.filter((one) => one.seq > seq - 3).reduce((bytes, one) => bytes + one.frame.length, 0),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
