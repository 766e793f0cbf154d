import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../test/kit/rng.ts';
import { ArrayHistory } from './array-history.ts';
import { type DirtyRange, dirtyRanges, union } from './dirty-ranges.ts';
import type { RoomMessage } from './history.ts';
import { MOMENT_BUCKET_MS, MomentScan, type MomentSink, type MomentSpan } from './moment-scan.ts';
import { momentStory } from './moment-story.ts';
import { MomentWatch } from './moment-watch.ts';
import { momentsByDefinition } from './moments-by-definition.kit.ts';
import { compareOrder } from './order.ts';
import { poisson } from './poisson.kit.ts';
import { rescanMoments } from './rescan-moments.ts';

const ROOM = 1;
const ORIGIN = Date.UTC(2026, 0, 5) / MOMENT_BUCKET_MS;
const RUNS = { numRuns: 150 };
const HOUR = 360;
const DAY = 24 * HOUR;

function finished<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** What was found so far: the newest state of each moment. */
class List {
  readonly spans = new Map<number, MomentSpan>();
  readonly add: MomentSink = (span) => {
    this.spans.set(span.startBucket, span);
  };

  get all(): MomentSpan[] {
    return [...this.spans.values()].sort((a, b) => a.startBucket - b.startBucket);
  }

  covering(_room: number, bucket: number): MomentSpan | undefined {
    return this.all.find(({ startBucket, endBucket }) => startBucket <= bucket && bucket < endBucket);
  }
}

function messagesOf(counts: ReadonlyMap<number, number>): RoomMessage[] {
  const messages: RoomMessage[] = [];
  for (const [bucket, count] of counts) {
    for (let i = 0; i < count; i++) messages.push(messageAt(bucket * MOMENT_BUCKET_MS + ((i * 7919) % MOMENT_BUCKET_MS), messages.length));
  }
  return messages.sort(compareOrder);
}

const messageAt = (t: number, row: number, content = ''): RoomMessage => {
  return { ...{ t, seq: 0, row, user: 1, userId: 'u', username: 'u' }, ...{ content, id: `m${row}`, replyTo: undefined } };
};

/** Stretches of some rate with peaks, silences of minutes and of a day. */
const stretch = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      length: fc.integer({ min: 1, max: 70 }),
      count: fc.constantFrom(0, 1, 2, 5),
      every: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      length: fc.integer({ min: 1, max: 5 }),
      count: fc.constantFrom(8, 9, 10, 13, 14, 20, 30),
      every: fc.constant(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      length: fc.constantFrom(60, 61, 89, 90, 91, DAY - 90, DAY - 61, DAY - 1, DAY),
      count: fc.constant(0),
      every: fc.constant(1),
    }),
  },
);
const counts = fc.array(stretch, { minLength: 1, maxLength: 12, size: 'max' }).map((stretches) => {
  const found = new Map<number, number>();
  let bucket = ORIGIN;
  for (const { length, count, every } of stretches) {
    for (let i = 0; i < length; i++, bucket++) if (count > 0 && i % every === 0) found.set(bucket, count);
  }
  return { counts: found, end: bucket };
});

function watched(messages: readonly RoomMessage[], end: number, list = new List()): List {
  const watch = new MomentWatch(new MomentScan(ORIGIN), list.add);
  for (const { t } of messages) expect(watch.add(t)).toBe(true);
  watch.closeBefore(end * MOMENT_BUCKET_MS);
  return list;
}

function repair(list: List, range: DirtyRange, end: number, history: ArrayHistory): void {
  const { fromBucket, toBucket, moments } = finished(rescanMoments(ROOM, range, () => end, list, history));
  for (const start of [...list.spans.keys()]) if (fromBucket <= start && start < toBucket) list.spans.delete(start);
  for (const span of moments) list.add(span);
}

describe('moments', () => {
  it('are found live as the definition says', () => {
    const sometimes = { found: 0 };
    fc.assert(
      fc.property(counts, ({ counts, end }) => {
        const expected = momentsByDefinition(counts, end);
        sometimes.found += expected.length;
        expect(watched(messagesOf(counts), end).all).toEqual(expected);
      }),
      { ...RUNS, seed: 1 },
    );
    expect(sometimes.found).toBeGreaterThan(RUNS.numRuns / 2);
  });

  it('are found as before by a watch that was restored in between', () => {
    fc.assert(
      fc.property(counts, fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), ({ counts, end }, stops) => {
        const messages = messagesOf(counts);
        const stored = new ArrayHistory(messages);
        const stopsAt = new Set(stops.map((stop) => stop % Math.max(1, messages.length)));
        const list = new List();
        let watch = new MomentWatch(new MomentScan(ORIGIN), list.add);
        messages.forEach((message, i) => {
          if (stopsAt.has(i)) {
            watch.closeBefore(message.t);
            const before = Math.floor(message.t / MOMENT_BUCKET_MS) - 1;
            watch = MomentWatch.restore(ROOM, message, list.covering(ROOM, before)?.startBucket, stored, list.add);
          }
          watch.add(message.t);
        });
        watch.closeBefore(end * MOMENT_BUCKET_MS);
        expect(list.all).toEqual(momentsByDefinition(counts, end));
      }),
      RUNS,
    );
  });

  it('are right again after late and deleted messages, when the dirty ranges were scanned', () => {
    const change = fc.record({ at: fc.nat(), by: fc.constantFrom(-30, -9, -1, 1, 1, 9, 30) });
    fc.assert(
      fc.property(counts, fc.array(change, { minLength: 1, maxLength: 4 }), ({ counts, end }, changes) => {
        const list = watched(messagesOf(counts), end);
        const changed = new Map(counts);
        const dirty: DirtyRange[] = [];
        for (const { at, by } of changes) {
          const bucket = ORIGIN + (at % (end - ORIGIN));
          const message = messageAt(bucket * MOMENT_BUCKET_MS, -1);
          const count = Math.max(0, (changed.get(bucket) ?? 0) + by);
          if (count === 0) changed.delete(bucket);
          // One message of many changes: as soon as it is gone, or not there yet, others of its bucket count as they stand.
          dirty.push(...finished(dirtyRanges(ROOM, { kind: 'moved', message }, new ArrayHistory(messagesOf(changed)))).moments);
          if (count > 0) changed.set(bucket, count);
        }
        const history = new ArrayHistory(messagesOf(changed));
        for (const range of union(dirty)) {
          repair(list, range, end, history);
        }
        expect(list.all).toEqual(momentsByDefinition(changed, end));
      }),
      RUNS,
    );
  });

  describe('at the edges of the definition', () => {
    const of = (length: number, count: (i: number) => number): Map<number, number> =>
      new Map(Array.from({ length }, (_, i): [number, number] => [ORIGIN + i, count(i)]).filter(([, counted]) => counted > 0));
    const found = (counts: ReadonlyMap<number, number>): number[] => momentsOf(counts).all.map(({ startBucket }) => startBucket - ORIGIN);
    const momentsOf = (counts: ReadonlyMap<number, number>): List => watched(messagesOf(counts), Math.max(...counts.keys()) + 1);
    /** Takes one message of a bucket away, and repairs what was found. */
    const without = (counts: ReadonlyMap<number, number>, bucket: number): number[] => {
      const list = momentsOf(counts);
      const left = new Map(counts).set(bucket, (counts.get(bucket) ?? 0) - 1);
      if (left.get(bucket) === 0) left.delete(bucket);
      const history = new ArrayHistory(messagesOf(left));
      const message = messageAt(bucket * MOMENT_BUCKET_MS, -1);
      for (const range of finished(dirtyRanges(ROOM, { kind: 'moved', message }, history)).moments) {
        repair(list, range, Math.max(...counts.keys()) + 1, history);
      }
      expect(list.all).toEqual(momentsByDefinition(left, Math.max(...counts.keys()) + 1));
      return list.all.map(({ startBucket }) => startBucket - ORIGIN);
    };

    it('a restless room has a higher threshold: 2 + 6 × 1.4826 × 2 where 0 and 4 alternate', () => {
      expect(found(of(91, (i) => (i === 90 ? 19 : (i % 2) * 4)))).toEqual([]);
      expect(found(of(91, (i) => (i === 90 ? 20 : (i % 2) * 4)))).toEqual([90]);
    });

    it('the bucket 90 before has its part in the threshold', () => {
      const counts = of(91, (i) => (i === 90 ? 17 : ((i + 1) % 2) * 4));
      expect(found(counts)).toEqual([]);
      expect(without(counts, ORIGIN)).toEqual([90]);
    });

    it('a message before a silence lets a moment begin within 60 buckets after it', () => {
      const counts = of(261, (i) => (i === 260 ? 20 : i === 0 || i === 200 ? 1 : 0));
      expect(found(counts)).toEqual([260]);
      expect(without(counts, ORIGIN)).toEqual([]);
    });

    it('where a long moment ends early now, another may begin in what was its rest', () => {
      const counts = of(261, (i) => (i === 250 ? 40 : i >= 100 ? 13 : i === 0 ? 1 : 0));
      expect(found(counts)).toEqual([100]);
      expect(without(counts, ORIGIN + 150)).toEqual([100, 250]);
    });
  });

  it('a message for a closed bucket is refused; a bucket that makes no moment is not closed before the next message', () => {
    const end = (ORIGIN + 1) * MOMENT_BUCKET_MS;
    const watch = new MomentWatch(new MomentScan(ORIGIN), () => {});
    for (let i = 0; i < 12; i++) watch.add(end - 1);
    watch.closeBefore(end);
    expect(watch.add(end - 1)).toBe(true);
    watch.closeBefore(end);
    expect(watch.add(end - 1)).toBe(false);
    expect(watch.add(end)).toBe(true);
  });
});

describe('moments of a simulated room', () => {
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1);

  it.each([0.01, 0.03, 0.1, 0.2, 0.25, 0.3, 0.5, 1, 2, 5, 10, 20, 50])(
    'there are none in an hour of %f messages/s that come as they like',
    (rate) => {
      for (const seed of seeds) {
        const random = new Rng(seed).next;
        const list = new List();
        const scan = new MomentScan(ORIGIN);
        for (let i = 0; i < HOUR; i++) scan.close(poisson(rate * 10, random), list.add);
        expect(list.all).toEqual([]);
      }
    },
  );

  it.each([0.01, 0.1, 1, 10, 50])('a burst upon %f messages/s is found within 10 s of the end of the bucket it starts in', (rate) => {
    for (const seed of seeds) {
      const random = new Rng(seed).next;
      const list = new List();
      const watch = new MomentWatch(new MomentScan(ORIGIN), list.add);
      const startT = (ORIGIN + 200 + random()) * MOMENT_BUCKET_MS;
      const foundBy = (Math.floor(startT / MOMENT_BUCKET_MS) + 2) * MOMENT_BUCKET_MS;
      // Twelve standard deviations above what is usual, and at least three messages a second.
      const burst = Math.max(3, 1.2 * Math.sqrt(rate * 10));
      for (let second = ORIGIN * 10; second < startT / 1000 + 60; second++) {
        const extra = second * 1000 >= startT ? poisson(burst, random) : 0;
        for (let left = poisson(rate, random) + extra; left > 0; left--) watch.add(second * 1000);
        watch.closeBefore((second + 1) * 1000);
        if (list.all.length > 0) break;
        // Asked for each of thousands of seconds: `expect` would be most of the test.
        if ((second + 1) * 1000 >= foundBy) expect.fail(`not found by ${foundBy}`);
      }
      expect(list.all[0]?.startBucket).toBeGreaterThanOrEqual(Math.floor(startT / MOMENT_BUCKET_MS));
    }
  });
});

describe('momentStory', () => {
  const termsOf = (content: string): Set<string> => new Set(content.split(' ').filter((term) => term !== ''));
  const story = (before: readonly string[], during: readonly string[]): unknown => {
    const start = ORIGIN * MOMENT_BUCKET_MS;
    const messages = [
      ...before.map((content, i) => messageAt(start - 1 - i, i, content)),
      ...during.map((content, i) => messageAt(start + i, 1000 + i, content)),
    ];
    return finished(momentStory(ROOM, { startBucket: ORIGIN, endBucket: ORIGIN + 1 }, new ArrayHistory(messages), termsOf));
  };
  const times = (count: number, content: string): string[] => new Array<string>(count).fill(content);

  it('names the terms whose share of the messages rose most', () => {
    const before = [...times(20, 'install'), ...times(20, 'sound'), ...times(2, 'release')];
    const during = [...times(10, 'release out'), ...times(10, 'install release'), ...times(3, 'sound'), 'once'];
    expect(story(before, during)).toEqual({ firstMessageId: 'm1000', terms: ['release', 'out'] });
  });

  it('with silence before, those that most messages have; ties by the term', () => {
    expect(story([], ['b a', 'b a', 'c', 'c', 'c', 'd', 'f', 'f', 'g', 'g', 'h', 'h'])).toEqual({
      firstMessageId: 'm1000',
      terms: ['c', 'a', 'b', 'f', 'g'],
    });
  });

  it('ASK-15: of simultaneous messages that with the smallest id is the first, whichever came first', () => {
    const start = ORIGIN * MOMENT_BUCKET_MS;
    const messages = ['b', 'a', 'c'].map((id, i) => ({ ...messageAt(start, i), id }));
    for (const arrived of [messages, [...messages].reverse().map((message, row) => ({ ...message, row }))]) {
      const span = { startBucket: ORIGIN, endBucket: ORIGIN + 1 };
      const told = finished(momentStory(ROOM, span, new ArrayHistory(arrived), termsOf));
      expect(told).toMatchObject({ firstMessageId: 'a' });
    }
  });

  it('goes by the first 40 messages of each 10 seconds, and what is simultaneous with the last of them', () => {
    const start = ORIGIN * MOMENT_BUCKET_MS;
    // 39 messages and 5 at one time, ten seconds on 90; what comes after those is not told.
    const said = (from: number, gapMs: number, contents: readonly string[]): RoomMessage[] =>
      contents.map((content, i) => ({ ...messageAt(start + from + i * gapMs, 0, content), id: `${from + i}`, row: from + i }));
    const messages = [
      ...said(0, 10, times(39, 'one')),
      ...said(5000, 0, times(5, 'two')),
      ...said(9000, 10, times(50, 'three')),
      ...said(10_000, 10, [...times(40, 'four'), ...times(50, 'five')]),
      ...said(25_000, 10, times(2, 'six')),
    ];
    const reads: number[] = [];
    const history = new ArrayHistory(messages);
    const messagesOf = history.messages.bind(history);
    history.messages = (...place) => {
      const page = messagesOf(...place);
      reads.push(page.length);
      return page;
    };
    const span = { startBucket: ORIGIN, endBucket: ORIGIN + 3 };
    expect(finished(momentStory(ROOM, span, history, termsOf))).toEqual({ firstMessageId: '0', terms: ['four', 'one', 'two', 'six'] });
    expect(Math.max(...reads)).toBeLessThanOrEqual(80);
  });

  it('is none once the messages are gone', () => {
    expect(story(['a'], [])).toBeUndefined();
  });
});
