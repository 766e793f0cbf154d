import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrayHistory } from './array-history.ts';
import { Derived, deriveByDefinition } from './by-definition.kit.ts';
import { dirtyRanges } from './dirty-ranges.ts';
import type { RoomHistory, RoomMessage } from './history.ts';
import { compareOrder } from './order.ts';
import { restoreFlow } from './restore-flow.ts';
import { RoomFlow } from './room-flow.ts';
import { sweep } from './sweep.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ROOM = 1;
const RUNS = { numRuns: 200 };

/** Names that begin with one another, are somebody else's id, or are shared. */
const NAMES = ['al', 'Al', 'ali', 'alice', 'al:x', 'u1', 'u2', 'bo', 'b'];
const gap = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 1, 1000, 5 * MINUTE, 10 * MINUTE, 10 * MINUTE + 1) },
  { weight: 3, arbitrary: fc.constantFrom(30 * MINUTE, 30 * MINUTE + 1, 15 * MINUTE, 25 * MINUTE) },
  { weight: 1, arbitrary: fc.constantFrom(DAY, DAY + 1, DAY - 10 * MINUTE, 12 * 60 * MINUTE, DAY / 24) },
);
const name = fc.constantFrom(...NAMES);
const content = fc.oneof(
  fc.constantFrom('hi', 'well: yes, no', 'a@b', '@', ''),
  fc.tuple(name, fc.constantFrom(':', ',', ': hi', ' hi', ', hi')).map(([who, rest]) => who + rest),
  fc.tuple(name, name).map(([a, b]) => `to @${a} and @${b}!`),
  fc.tuple(name, name).map(([a, b]) => `${a}, ask @${b}`),
);
const line = fc.record({
  gap,
  user: fc.constantFrom(1, 1, 2, 2, 3),
  username: fc.option(name, { nil: undefined }),
  content,
  replyTo: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.integer({ min: -3, max: 1 }) }),
  seq: fc.constantFrom(0, 0, 1, 2),
});
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;

function historyOf(lines: readonly Line[]): RoomMessage[] {
  let t = Date.UTC(2026, 0, 5);
  const messages = lines.map((each, i): RoomMessage => {
    t += each.gap;
    const replyTo = each.replyTo === undefined ? undefined : `m${i + each.replyTo}`;
    const { user, seq } = each;
    return {
      ...{ t, seq, row: i, user, userId: `u${user}`, username: each.username ?? `N${user}` },
      ...{ content: each.content, id: `m${i}`, replyTo },
    };
  });
  return messages.sort(compareOrder);
}

const history = fc.array(line, { maxLength: 40, size: 'max' }).map(historyOf);

/** Runs to the end, however often it pauses. */
function finished<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function flowOver(messages: readonly RoomMessage[]): string[] {
  const derived = new Derived();
  const flow = new RoomFlow();
  for (const message of messages) flow.advance(message, derived);
  return derived.list();
}

function sweepOver(stored: RoomHistory, cuts: readonly number[]): string[] {
  const derived = new Derived();
  const edges = [...cuts].sort((a, b) => a - b);
  edges.slice(1).forEach((to, i) => {
    finished(sweep(ROOM, edges[i] ?? to, to, stored, derived));
  });
  return derived.list();
}

const ends = (messages: readonly RoomMessage[]): number[] => [messages[0]?.t ?? 0, (messages.at(-1)?.t ?? 0) + 1];

/** A name last used a day ago still answers what its user, meanwhile under another one, wrote five minutes ago; then comes a direct reply. */
const lastUseOfName = ((): RoomMessage[] => {
  const silent = { replyTo: undefined, seq: 0 } as const;
  return historyOf([
    { gap: 0, user: 1, username: 'alice', content: '', ...silent },
    { gap: DAY - 5 * MINUTE, user: 1, username: 'bo', content: '', ...silent },
    { gap: 5 * MINUTE, user: 2, username: 'b', content: 'alice: hi', ...silent },
    { gap: 4 * MINUTE, user: 2, username: 'b', content: 'hi', replyTo: -2, seq: 0 },
  ]);
})();

describe('RoomFlow', () => {
  it('says of any history what the definitions say', () => {
    fc.assert(
      fc.property(history, (messages) => {
        expect(flowOver(messages)).toEqual(deriveByDefinition(messages).list());
      }),
      RUNS,
    );
  });

  it('ASK-15: says the same of simultaneous messages in whatever order they came', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (messages, places) => {
        const arrived = messages.map((message, i) => ({ ...message, row: places[i] ?? 0 })).sort(compareOrder);
        expect(flowOver(arrived)).toEqual(flowOver(messages));
      }),
      RUNS,
    );
  });

  it('neither of two simultaneous messages answers or mentions the other', () => {
    const linesOf = (seqs: readonly [Line['seq'], Line['seq']]): Line[] => [
      { gap: 0, user: 1, username: 'al', content: 'bo: you?', replyTo: undefined, seq: seqs[0] },
      { gap: 0, user: 2, username: 'bo', content: 'al: me', replyTo: -1, seq: seqs[1] },
    ];
    expect(flowOver(historyOf(linesOf([0, 0]))).filter((each) => !each.includes('session'))).toEqual([]);
    const inOrder = flowOver(historyOf(linesOf([1, 2])));
    expect(inOrder.filter((each) => !each.includes('session'))).toEqual([
      expect.stringContaining('mention × 1'),
      expect.stringContaining('response 0 × 1'),
    ]);
  });

  it('goes on from stored messages as if it had never stopped, wherever it stops', () => {
    fc.assert(
      fc.property(history, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (messages, restarts) => {
        const stored = new ArrayHistory(messages);
        const derived = new Derived();
        let flow = new RoomFlow();
        messages.forEach((message, i) => {
          if (restarts[i]) flow = finished(restoreFlow(ROOM, message, stored));
          expect(flow.isInOrder(message)).toBe(true);
          flow.advance(message, derived);
        });
        expect(derived.list()).toEqual(flowOver(messages));
      }),
      RUNS,
    );
  });

  it('restored, knows what a name that has gone since has answered', () => {
    const last = lastUseOfName[3];
    if (last === undefined) throw new Error('no message');
    const derived = new Derived();
    finished(restoreFlow(ROOM, last, new ArrayHistory(lastUseOfName))).advance(last, derived);
    expect(derived.list().filter((each) => each.includes('response'))).toEqual([]);
    expect(flowOver(lastUseOfName).filter((each) => each.includes('response'))).toHaveLength(1);
  });

  it('forgets names after a day, messages after ten minutes, sessions after half an hour', () => {
    const flow = new RoomFlow();
    const derived = new Derived();
    const [first] = historyOf([{ gap: 0, user: 1, username: undefined, content: '', replyTo: undefined, seq: 0 }]);
    if (first === undefined) throw new Error('no message');
    const sizeAfter = (gapMs: number): number => {
      flow.advance({ ...first, t: first.t + gapMs, user: 2, userId: 'u2', username: 'u2', id: `${gapMs}` }, derived);
      return flow.size;
    };
    flow.advance(first, derived);
    // The newest message and its session; with the next one, its two names and itself as one that can be answered.
    expect(flow.size).toBe(2);
    expect(sizeAfter(10 * MINUTE)).toBe(4 + 2);
    // The first message is forgotten; the other user's has a name.
    expect(sizeAfter(10 * MINUTE + 1)).toBe(3 + 4);
    // Its session, too, and what the other user wrote 20 minutes before.
    expect(sizeAfter(30 * MINUTE + 1)).toBe(2 + 3);
    expect(sizeAfter(DAY)).toBe(2 + 3);
    // The first message's names are forgotten when names come.
    expect(sizeAfter(DAY + 1)).toBe(2 + 4);
    expect(sizeAfter(DAY + 10 * MINUTE + 2)).toBe(3);
  });
});

describe('sweep', () => {
  it('gives what the flow gives, however the range is cut', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat({ max: 5 * 24 * 3600 }), { maxLength: 6 }), (messages, cuts) => {
        const [from = 0, to = 0] = ends(messages);
        const edges = [from, to, ...cuts.map((seconds) => Math.min(to, from + seconds * 1000))];
        const atMessages = messages.filter((_, i) => cuts.includes(i)).map((message) => message.t);
        expect(sweepOver(new ArrayHistory(messages), [...edges, ...atMessages])).toEqual(flowOver(messages));
      }),
      RUNS,
    );
  });

  it('says with each step which time is complete', () => {
    fc.assert(
      fc.property(history, (messages) => {
        const [from = 0, to = 0] = ends(messages);
        const derived = new Derived();
        const expected = deriveByDefinition(messages);
        let through = from;
        for (const step of sweep(ROOM, from, to, new ArrayHistory(messages), derived)) {
          expect(step).toBeGreaterThanOrEqual(through);
          through = step;
          expect(derived.list((t) => t < through)).toEqual(expected.list((t) => t < through));
        }
        expect(through).toBe(to);
      }),
      RUNS,
    );
  });
});

it('a busy history, of more messages than one read holds, is the same in one go, restored and swept', () => {
  const lines = fc.sample(line, { numRuns: 4000, seed: 5 }).map((each, i) => ({ ...each, gap: i % 997 === 0 ? each.gap : each.gap % 977 }));
  const messages = historyOf(lines);
  const stored = new ArrayHistory(messages);
  const [from = 0, to = 0] = ends(messages);
  const whole = flowOver(messages);
  expect(sweepOver(stored, [from, (from + to) / 2, to])).toEqual(whole);
  const derived = new Derived();
  let flow = new RoomFlow();
  messages.forEach((message, i) => {
    if (i % 1500 === 1499) flow = finished(restoreFlow(ROOM, message, stored));
    flow.advance(message, derived);
  });
  expect(derived.list()).toEqual(whole);
});

describe('dirtyRanges', () => {
  const isOutside =
    (ranges: readonly { fromT: number; toT: number }[]) =>
    (t: number): boolean =>
      !ranges.some(({ fromT, toT }) => fromT <= t && t < toT);

  it('nothing outside of them depends on a message that came late or went', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.boolean(), (messages, chosen, isThere) => {
        const message = messages[chosen % Math.max(1, messages.length)];
        if (message === undefined) return;
        const without = messages.filter((each) => each !== message);
        const stored = new ArrayHistory(isThere ? messages : without);
        const outside = isOutside(finished(dirtyRanges(ROOM, { kind: 'moved', message }, stored)).slots);
        expect(deriveByDefinition(messages).list(outside)).toEqual(deriveByDefinition(without).list(outside));
      }),
      { numRuns: 500 },
    );
  });

  it('hold an answer that counts because a name is gone', () => {
    const [message, ...without] = lastUseOfName;
    if (message === undefined) throw new Error('no message');
    const { slots } = finished(dirtyRanges(ROOM, { kind: 'moved', message }, new ArrayHistory(without)));
    const outside = isOutside(slots);
    expect(deriveByDefinition(lastUseOfName).list(outside)).toEqual(deriveByDefinition(without).list(outside));
    expect(deriveByDefinition(lastUseOfName).list((t) => !outside(t))).not.toEqual(deriveByDefinition(without).list((t) => !outside(t)));
  });

  it('nothing outside of them depends on the text of a message', () => {
    fc.assert(
      fc.property(history, fc.nat(), content, (messages, chosen, edited) => {
        const message = messages[chosen % Math.max(1, messages.length)];
        if (message === undefined) return;
        const after = messages.map((each) => (each === message ? { ...each, content: edited } : each));
        const outside = isOutside(finished(dirtyRanges(ROOM, { kind: 'edited', message }, new ArrayHistory(after))).slots);
        expect(deriveByDefinition(messages).list(outside)).toEqual(deriveByDefinition(after).list(outside));
      }),
      RUNS,
    );
  });

  it('a message among others of its author makes ten minutes dirty and the beginning of its session, not a day', () => {
    const every = (minutes: number): Line => ({
      ...{ gap: minutes * MINUTE, user: 1, username: undefined, content: '', replyTo: undefined, seq: 0 },
    });
    const messages = historyOf(Array.from({ length: 100 }, () => every(20)));
    const message = messages[50];
    if (message === undefined) throw new Error('no message');
    const { slots } = finished(dirtyRanges(ROOM, { kind: 'moved', message }, new ArrayHistory(messages)));
    const { t } = message;
    const start = messages[0]?.t ?? 0;
    expect(slots).toEqual([
      { fromT: start, toT: start + 1 },
      { fromT: t, toT: t + 10 * MINUTE + 1 },
      { fromT: t + 20 * MINUTE, toT: t + 20 * MINUTE + 1 },
    ]);
  });
});
