import type { JoinedFrame, MessageFrame } from '@hubbub/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sequence } from './sequence.ts';

const message = (seq: number | undefined, messageId = `id ${seq}`): MessageFrame => {
  const rest = { roomId: 'r', userId: 'u', username: 'U', content: 'c', timestamp: 't' } as const;
  return { type: 'chat', messageId, ...rest, ...(seq === undefined ? {} : { seq }) };
};
const joined = (seq: number, replay: number, recovered: boolean, epoch = 'e'): JoinedFrame => ({
  ...{ type: 'joined', roomId: 'r', epoch, seq, recovered, replay },
  ref: 'j',
});

function liveAt(seq: number): Sequence {
  const sequence = new Sequence();
  sequence.asked('j');
  sequence.joined(joined(seq, 0, false));
  return sequence;
}

/** The `seq`s that were let through. */
const through = (sequence: Sequence, ...seqs: number[]): (number | undefined | string)[] =>
  seqs.flatMap((seq): (number | undefined | string)[] => {
    const advance = sequence.message(message(seq));
    return 'messages' in advance ? advance.messages.map((each) => each.seq) : advance.kind === 'broken' ? ['broken'] : [];
  });

describe('a sequence', () => {
  it('CLIENT-5: lets each message through once, in order', () => {
    const sequence = liveAt(3);
    expect(through(sequence, 4, 4, 3, 5, 1, 6)).toEqual([4, 5, 6]);
    expect(sequence.position).toEqual({ epoch: 'e', seq: 6 });
  });

  it('CLIENT-6: finds a gap, and lets nothing through until it was asked for', () => {
    const sequence = liveAt(3);
    expect(through(sequence, 4, 6, 7)).toEqual([4, 'broken']);
    sequence.asked('j');
    expect(through(sequence, 8)).toEqual([]);
    sequence.joined(joined(8, 4, true));
    expect(through(sequence, 5, 6, 7, 8, 9)).toEqual([5, 6, 7, 8, 9]);
  });

  it('CLIENT-6: holds back what comes after a jump in a replay until the count proves it whole', () => {
    const sequence = liveAt(3);
    sequence.lost();
    sequence.asked('j');
    sequence.joined(joined(12, 4, true, 'f'));
    expect(through(sequence, 4, 9, 11)).toEqual([4]);
    expect(sequence.position).toEqual({ epoch: 'f', seq: 4 });
    expect(through(sequence, 12)).toEqual([9, 11, 12]);
    expect(sequence.position).toEqual({ epoch: 'f', seq: 12 });
  });

  it('CLIENT-6: takes a live message before the end of a replay for a loss, and goes back to what is whole', () => {
    const sequence = liveAt(3);
    sequence.asked('j');
    sequence.joined(joined(8, 5, true));
    expect(through(sequence, 4, 6, 7, 8, 9)).toEqual([4, 'broken']);
    expect(sequence.position).toEqual({ epoch: 'e', seq: 4 });
  });

  it('CLIENT-5: takes the position of `joined` when its replay is over, and not before', () => {
    const sequence = liveAt(3);
    sequence.asked('j');
    sequence.joined(joined(5, 2, true, 'f'));
    expect(sequence.position).toEqual({ epoch: 'f', seq: 3 });
    through(sequence, 4);
    sequence.lost();
    expect(sequence.position).toEqual({ epoch: 'f', seq: 4 });
  });

  it('CLIENT-5: begins afresh at once when the server cannot prove that nothing is missing, with the position that was lost', () => {
    const sequence = liveAt(3);
    sequence.asked('j');
    expect(sequence.joined(joined(9, 2, false, 'f'))).toEqual({ kind: 'none' });
    expect(sequence.position).toEqual({ epoch: 'e', seq: 3 });
    sequence.message(message(undefined, 'imported'));
    expect(sequence.message(message(9))).toMatchObject({
      kind: 'afresh',
      lost: { epoch: 'e', seq: 3 },
      messages: [{ messageId: 'imported' }, { seq: 9 }],
    });
    expect(sequence.position).toEqual({ epoch: 'f', seq: 9 });
  });

  it('CLIENT-5: shows a first history as a whole', () => {
    const sequence = new Sequence();
    sequence.asked('j');
    sequence.joined(joined(2, 2, false));
    expect(through(sequence, 1)).toEqual([]);
    expect(sequence.position).toBeUndefined();
    expect(through(sequence, 1, 2)).toEqual([1, 2]);
  });

  it('CLIENT-5: keeps its old position when a history does not come whole', () => {
    const sequence = liveAt(3);
    sequence.asked('j');
    sequence.joined(joined(9, 3, false, 'f'));
    sequence.message(message(8));
    sequence.lost();
    expect(sequence.position).toEqual({ epoch: 'e', seq: 3 });
  });

  it('CLIENT-5, CLIENT-6: whatever is lost or doubled on the way, what was let through is 1, 2, 3 … without a hole', () => {
    const fates = fc.array(fc.record({ copies: fc.integer({ min: 0, max: 2 }) }), { minLength: 1, maxLength: 60 });
    const run = (sequence: Sequence, seqs: readonly number[], fate: readonly { copies: number }[]) =>
      seqs.flatMap((seq, i) => through(sequence, ...Array.from({ length: fate[i]?.copies ?? 1 }, () => seq)));
    fc.assert(
      fc.property(fates, fates, (live, replay) => {
        const sequence = liveAt(0);
        const head = live.length;
        const seen = run(
          sequence,
          [...live.keys()].map((i) => i + 1),
          live,
        );
        for (const fate of [replay, []]) {
          const from = sequence.position?.seq ?? 0;
          sequence.asked('j');
          sequence.joined(joined(head, head - from, true));
          seen.push(
            ...run(
              sequence,
              Array.from({ length: head - from }, (_, i) => from + 1 + i),
              fate,
            ),
          );
          seen.push(...run(sequence, [head + 1], [{ copies: 0 }]));
        }
        expect(seen.filter((each) => each !== 'broken')).toEqual([...live.keys()].map((i) => i + 1));
      }),
    );
  });
});
