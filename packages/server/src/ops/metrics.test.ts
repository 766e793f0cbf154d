import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';
import type { ProcessReadings } from './process-readings.ts';

const READINGS: ProcessReadings = {
  utilization: () => 0.5,
  lagSeconds: () => [['0.99', 0.002]],
  residentBytes: () => 1000,
  heapUsedBytes: () => 500,
  uptimeSeconds: () => 60,
  cpuSeconds: () => 7,
};

const CONNECTION = { connectionId: 'c', userId: 'mallory', username: 'Mallory', connectedAt: 0 };

function setUp() {
  const metrics = createMetrics('1.2.3', READINGS);
  metrics.read({
    connections: () => 5,
    rooms: () => 2,
    writeBacklog: () => 3,
    ringBytes: () => 4,
    lostFacts: () => 6,
    counting: () => ({ uncounted: { messages: 7, oldestMs: 1500 }, faults: 8, isFailing: true }),
    streams: () => 9,
    isReady: () => true,
  });
  return metrics;
}

async function lines(metrics: ReturnType<typeof setUp>): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => !line.startsWith('#') && line !== '');
}

describe('the metrics', () => {
  it('HTTP-9 count what happened', async () => {
    const metrics = setUp();
    const { sink } = metrics;
    sink.connected(CONNECTION);
    sink.disconnected(CONNECTION, 1000);
    sink.joined('r', 'u', 0);
    sink.left('r', 'u', 0);
    sink.dropped('rate_limited');
    sink.dropped('rate_limited');
    sink.closed('tooSlow');
    sink.resumed(true, 17);
    sink.resumed(false, 3);
    sink.wrote(4, 20, true);
    sink.wrote(4, 20, false);
    expect(await lines(metrics)).toEqual(
      expect.arrayContaining([
        'hubbub_connections 5',
        'hubbub_connections_opened_total 1',
        'hubbub_connections_closed_total{code="1000"} 1',
        'hubbub_joins_total 1',
        'hubbub_leaves_total 1',
        'hubbub_dropped_total{reason="rate_limited"} 2',
        'hubbub_closes_total{reason="tooSlow"} 1',
        'hubbub_resumes_total{recovered="true"} 1',
        'hubbub_resumes_total{recovered="false"} 1',
        'hubbub_replayed_messages_total 20',
        'hubbub_store_write_seconds_count 2',
        'hubbub_store_write_messages_sum 40',
        'hubbub_store_write_failures_total 1',
        'hubbub_write_backlog_messages 3',
        'hubbub_analytics_facts_lost_total 6',
        'hubbub_analytics_uncounted_messages 7',
        'hubbub_analytics_uncounted_oldest_seconds 1.5',
        'hubbub_analytics_faults_total 8',
        'hubbub_analytics_streams 9',
        'hubbub_build{version="1.2.3"} 1',
      ]),
    );
  });

  it('count each delivery of a batch in the histogram, in cumulative buckets whose edges belong to them', async () => {
    const metrics = setUp();
    metrics.sink.delivered('r', 1, 100);
    metrics.sink.delivered('r', 60_000, 2);
    const found = await lines(metrics);
    const bucket = (le: string) =>
      found.find((line) => line.startsWith(`hubbub_delivery_latency_seconds_bucket{le="${le}"}`))?.split(' ')[1];
    expect([bucket('0.0005'), bucket('0.001'), bucket('10'), bucket('+Inf')]).toEqual(['0', '100', '100', '102']);
    expect(found).toContain('hubbub_delivery_latency_seconds_count 102');
    expect(found).toContain('hubbub_delivery_latency_seconds_sum 120.1');
  });

  it('HTTP-9 have no label that a stranger can choose', async () => {
    const metrics = setUp();
    for (let code = 3000; code < 5000; code++) metrics.sink.disconnected(CONNECTION, code);
    metrics.sink.joined('secret-room', 'mallory', 0);
    metrics.sink.delivered('secret-room', 1, 1);
    const text = await metrics.text();
    expect(text).not.toMatch(/mallory|secret-room/i);
    expect(text.match(/^hubbub_connections_closed_total\{/gm)?.length).toBeLessThan(8);
    expect(text).toContain('code="other"');
  });

  it('do not grow when they are read again', async () => {
    const metrics = setUp();
    metrics.sink.connected(CONNECTION);
    expect(await lines(metrics)).toEqual(await lines(metrics));
  });

  it('are all explained in docs/operations.md, and nothing else is', async () => {
    const text = await setUp().text();
    const real = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
    const explained = [...page.matchAll(/^\| `(hubbub_\w+)`/gm)].map(([, name]) => name);
    expect(explained.toSorted()).toEqual(real.toSorted());
  });
});
