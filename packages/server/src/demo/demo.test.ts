import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import type { ImportedEvent } from '../import/parse-line.ts';
import { parseDemoArguments } from './arguments.ts';
import { findBusiestHour } from './busiest-hour.ts';
import { Pace } from './pace.ts';
import { sampleConversation } from './sample-conversation.ts';
import { describeTally, summarize, Tally } from './tally.ts';
import { showTally } from './tally-view.ts';

const HOUR = 3_600_000;

describe('the arguments of the demo', () => {
  it('have defaults with which something is to be seen', () => {
    expect(parseDemoArguments([])).toEqual({
      kind: 'run',
      arguments: { files: [], isStart: false, speed: 60, maxGapSeconds: 2, maxUsers: 150 },
    });
  });

  it('are files and options in any order', () => {
    const argv = [
      'a.gz',
      '--speed',
      '10',
      '--hour',
      '2008-04-27T06',
      '--room',
      'r',
      '--messages',
      '5',
      '--url',
      'http://h:1',
      'b',
      '--no-stay',
    ];
    const from = Date.UTC(2008, 3, 27, 6);
    const range = { from, to: from + HOUR };
    expect(parseDemoArguments(argv)).toMatchObject({
      arguments: { files: ['a.gz', 'b'], speed: 10, range, room: 'r', messages: 5, url: 'http://h:1', isStaying: false },
    });
  });

  it.each([
    ['2008-04-27', Date.UTC(2008, 3, 27)],
    ['2008-04-27T06', Date.UTC(2008, 3, 27, 6)],
    ['2008-04-27T06:30', Date.UTC(2008, 3, 27, 6, 30)],
    ['2008-04-27T06:30+02:00', Date.UTC(2008, 3, 27, 4, 30)],
  ])('reads %s as a time, in UTC when no zone is given', (text, from) => {
    expect(parseDemoArguments(['--from', text])).toMatchObject({ arguments: { range: { from, to: Number.POSITIVE_INFINITY } } });
  });

  it.each([
    [['--speed', '0']],
    [['--speed', 'fast']],
    [['--max-users', '1.5']],
    [['--hour', 'noon']],
    [['--all', '--from', '2008-04-27']],
    [['--url', 'localhost']],
    [['--url', 'http://h', '--start']],
    [['-']],
    [['--wrong']],
  ])('%j are wrong', (argv) => {
    expect(parseDemoArguments(argv)).toMatchObject({ kind: 'wrong', message: expect.stringMatching(/.{10}/) });
  });
});

describe('the pace of a log', () => {
  it('is that of the log, so many times faster', () => {
    const pace = new Pace(60, 2000);
    expect(pace.delay(0, 500)).toBe(0);
    expect(pace.delay(60_000, 500)).toBe(1000);
    expect(pace.delay(90_000, 1400)).toBe(600);
  });

  it('cuts silence short, and takes a step back in time for none', () => {
    const pace = new Pace(60, 2000);
    pace.delay(0, 0);
    expect(pace.delay(10 * HOUR, 0)).toBe(2000);
    expect(pace.delay(9 * HOUR, 2000)).toBe(0);
  });

  it('never waits longer than the longest gap, and does not catch up on what is long over', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -1e6, max: 1e9 }), fc.integer({ min: 0, max: 1e5 })), { maxLength: 50 });
    fc.assert(
      fc.property(steps, (all) => {
        const pace = new Pace(60, 2000);
        let [event, now] = [0, 0];
        for (const [gap, took] of all) {
          event += gap;
          now += took;
          const delay = pace.delay(event, now);
          expect(delay).toBeLessThanOrEqual(2000);
          expect(delay).toBeGreaterThanOrEqual(-1000);
          now += Math.max(0, delay);
        }
      }),
    );
  });
});

describe('the busiest hour', () => {
  const { signal } = new AbortController();
  async function* eventsAt(...times: number[]): AsyncGenerator<readonly ImportedEvent[]> {
    for (const timestamp of times) {
      const event: ImportedEvent = {
        roomId: 'r',
        messageId: '',
        type: 'chat',
        userId: 'u',
        username: 'u',
        content: 'x',
        timestamp,
        replyTo: undefined,
        position: undefined,
      };
      yield [event];
    }
  }

  it('is the one with the most messages, and the first of equal ones', async () => {
    expect(await findBusiestHour(eventsAt(5 * HOUR, 2 * HOUR + 1, 2 * HOUR + 5, 9 * HOUR, 9 * HOUR + 1), signal)).toEqual({
      from: 2 * HOUR,
      to: 3 * HOUR,
    });
    expect(await findBusiestHour(eventsAt(), signal)).toBeUndefined();
  });
});

describe('the made-up conversation', () => {
  it('is always the same, in order, with replies to what was said before', () => {
    const events = [...sampleConversation()];
    expect([...sampleConversation()]).toEqual(events);
    const known = new Set<string>();
    let last = 0;
    for (const event of events) {
      expect(event.timestamp).toBeGreaterThanOrEqual(last);
      last = event.timestamp;
      if (!('content' in event)) continue;
      if (event.replyTo !== undefined) expect(known).toContain(event.replyTo);
      known.add(event.messageId);
    }
    expect(known.size).toBe(600);
    expect(new Set(events.map(({ userId }) => userId)).size).toBeGreaterThan(15);
  });
});

describe('what the demo says', () => {
  const played = () => {
    const tally = new Tally();
    tally.event(Date.UTC(2008, 3, 27, 6), 500);
    tally.event(Date.UTC(2008, 3, 27, 6, 12, 40), 10_000);
    tally.messages = 1003;
    for (let i = 0; i < 1000; i++) tally.ack(4);
    tally.refuse('rate_limited');
    tally.refuse('rate_limited');
    tally.unanswered = 1;
    tally.usersNow = 83;
    tally.usersSeen = 90;
    return tally;
  };

  it('names the clock of the log, the rate, users, answers and what to do about refusals', () => {
    const tally = played();
    expect(describeTally(tally, 16.4)).toBe('2008-04-27 06:12:40 | 16 messages/s | 83 users | 1,000 acked | 2 refused | 1 unanswered');
    expect(summarize(tally, 10_500)).toBe(
      [
        'Played 1,003 messages of 90 users, 2008-04-27 06:00:00 to 2008-04-27 06:12:40, in 10.0 s (100 a second):',
        '  1,000 acked (after 4.0 ms on average), 2 refused, 1 unanswered.',
        '  refused 2 × rate_limited: people are made to write faster than the server lets one. Lower --speed, or start the server with RATE_LIMIT_PER_SEC=0.',
        '',
      ].join('\n'),
    );
    expect(summarize(new Tally(), 1)).toBe('Nothing was played.\n');
  });

  it('is a line every ten seconds, and on a terminal one that changes', () => {
    const clock = new FakeClock();
    const tally = played();
    const plain = new PassThrough();
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 20 });
    const hideBoth = [showTally(tally, plain, clock), showTally(tally, terminal, clock)];
    tally.messages += 50;
    clock.advance(10_000);
    for (const hide of hideBoth) hide();
    expect(String(plain.read())).toMatch(/^2008-04-27 06:12:40 \| 5 messages\/s \| .*\n$/);
    expect(String(terminal.read()).split('\r\x1b[K')[1]).toBe('2008-04-27 06:12:40');
  });
});
