import { describe, expect, it } from 'vitest';
import { askingAnalytics } from './analytics.ts';
import type { AnswerContext } from './query/answer.ts';
import type { QuestionPath } from './query/question.ts';
import type { RawQuery } from './request/fields.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const MINUTE = 60_000;
const minutesAgo = (minutes: number) => new Date(NOW - minutes * MINUTE).toISOString();

/** What of the live numbers a question is put with. */
async function askedFor(
  path: QuestionPath,
  query: RawQuery,
): Promise<{ readonly looked: readonly string[]; readonly context: AnswerContext }> {
  const looked: string[] = [];
  let seen: AnswerContext | undefined;
  const never = async () => expect.fail('not asked');
  const analytics = askingAnalytics({
    questions: {
      ready: async () => {},
      ask: async (_question, context) => {
        seen = context;
        return { kind: 'problem', problem: { parameter: 'x', message: 'x', allowed: 'x' } };
      },
      beginRecount: never,
      stepRecount: never,
      close: never,
    },
    repairing: { beginRepair: never, lastRepair: never },
    live: {
      open: (room) => {
        looked.push(`open ${room}`);
        return [];
      },
      seconds: (room, fromT, toT) => {
        looked.push(`seconds ${room} ${(NOW - fromT) / 1000} ${(NOW - toT) / 1000}`);
        return [];
      },
      completeSince: () => 0,
      writtenUntil: NOW,
    },
    oldestQueued: () => undefined,
    clock: { now: () => NOW },
  });
  await analytics.ask({ path, query, format: 'json', isRoomLive: true }, { address: 'a', isGone: () => false });
  return { looked, context: seen ?? expect.fail('nothing was asked') };
}

describe('a question is put with what is live', () => {
  it.each([
    ['of a series by seconds the seconds of its range', 'series', { step: '1s', room: 'a', from: minutesAgo(2) }, ['seconds a 120 0']],
    [
      'of one whose step is left out and is a second, too',
      'series',
      { from: minutesAgo(3), to: minutesAgo(1) },
      ['seconds undefined 180 60'],
    ],
    ['of any other series what is unwritten', 'series', { room: 'a' }, ['open a']],
    ['of one by minutes, too', 'series', { step: '1m', from: minutesAgo(2) }, ['open undefined']],
    ['of one that will be refused nothing', 'series', { step: '1s', from: minutesAgo(60) }, []],
    ['of a summary what is unwritten', 'summary', { room: 'a' }, ['open a']],
    ['of others nothing', 'top', { room: 'a' }, []],
  ] as const)('%s', async (_name, path, query, expected) => {
    const { looked, context } = await askedFor(path, query);
    expect(looked).toEqual(expected);
    expect(context.seconds).toEqual(path === 'series' ? [] : undefined);
  });
});
