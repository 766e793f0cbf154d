import { expect, test } from 'vitest';
import { ask } from '../kit/analytics-check.ts';
import { TestClient } from '../kit/client.ts';
import { isAck } from '../kit/frames.ts';
import { useServer } from '../kit/server-process.ts';
import { eventually } from '../kit/wait.ts';

const MESSAGES = 10;
const DAY_MS = 86_400_000;
/** Far above the second that is promised: a machine may be busy. What it took is printed. */
const LIMIT_MS = 10_000;

const server = useServer();

interface Series {
  readonly buckets: readonly { readonly messages: number }[];
}
interface Summary {
  readonly measures: { readonly messages: number };
}

test('a message that was acked is soon in the series and in the summary', async () => {
  const writer = await TestClient.join(server(), { userId: 'writer', rooms: ['soon'] });
  const from = Date.now();
  const range = { room: 'soon', from: new Date(from - DAY_MS).toISOString(), to: new Date(from + DAY_MS).toISOString() };
  const counts = async (): Promise<readonly number[]> => {
    const series = (await ask(server(), { what: 'series', query: { ...range, step: '5m', measures: 'messages' } })) as unknown as Series;
    const summary = (await ask(server(), { what: 'summary', query: range })) as unknown as Summary;
    return [series.buckets.reduce((sum, { messages }) => sum + messages, 0), summary.measures.messages];
  };
  const took: number[] = [];
  for (let sent = 1; sent <= MESSAGES; sent++) {
    writer.chat(`message ${sent}`, { ref: sent });
    await writer.next(isAck(sent));
    const ackedAt = performance.now();
    const isSeen = async () => ((await counts()).every((count) => count === sent) ? true : undefined);
    await eventually(`message ${sent} is counted`, isSeen, LIMIT_MS);
    took.push(performance.now() - ackedAt);
  }
  took.sort((a, b) => a - b);
  const [median = 0, max = 0] = [took[MESSAGES >> 1], took.at(-1)];
  console.log(`from the ack of a message until it is counted: median ${Math.round(median)} ms, at most ${Math.round(max)} ms`);
  expect(await counts()).toEqual([MESSAGES, MESSAGES]);
});
