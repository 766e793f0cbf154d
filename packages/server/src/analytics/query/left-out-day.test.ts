import { expect, it } from 'vitest';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { MemoryAnalytics } from '../engine/memory-analytics.ts';
import { QUERY_LIMITS } from '../request/limits.ts';
import type { QuestionPath } from './question.ts';

const PATHS: readonly QuestionPath[] = ['series', 'summary', 'top', 'heatmap', 'retention', 'moments', 'active'];
const DAY = { from: '2011-12-30', to: '2011-12-31', tz: 'Pacific/Apia' };

async function ask(path: QuestionPath, query: Readonly<Record<string, string>>) {
  const clock = new FakeClock();
  const analytics = new MemoryAnalytics(clock, { minutesKeptMs: 86_400_000, maxRooms: 100 }, (error) => expect.fail(String(error)));
  const context = { now: clock.now(), completeUntil: clock.now(), limits: QUERY_LIMITS, seconds: [] };
  const reply = await analytics.ask({ path, query, format: 'json', isRoomLive: false }, context);
  return reply.kind === 'problem' ? reply.problem.message : JSON.parse(new TextDecoder().decode(reply.body));
}

it.each(PATHS)('%s of a day that the zone left out is an answer', async (path) => {
  expect(await ask(path, DAY)).toMatchObject({ from: expect.any(String), to: expect.any(String) });
});

it('a day that the zone left out has neither days nor buckets', async () => {
  expect(await ask('active', DAY)).toMatchObject({ from: '2011-12-30T10:00:00.000Z', to: '2011-12-30T10:00:00.000Z', days: [] });
  for (const step of ['15m', '1h', '1d']) expect(await ask('series', { ...DAY, step })).toMatchObject({ step, buckets: [] });
  expect((await ask('series', { ...DAY, step: '1w' })).buckets).toHaveLength(1);
});

it.each([
  { ...DAY, to: '2011-12-30' },
  { ...DAY, from: '2011-12-31', to: '2011-12-30' },
  { ...DAY, from: '2011-12-30T10:00:00Z' },
  { from: '2011-12-30T10:00:00Z', to: '2011-12-30T10:00:00Z' },
])('no range is refused where no day lies between: %j', async (query) => {
  expect(await ask('active', query)).toMatch('is not before "to"');
});
