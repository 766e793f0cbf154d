import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isMessage } from '../kit/frames.ts';
import { fullHistory, get, type Health } from '../kit/http.ts';
import { type KillPlan, type KillReport, killRounds } from '../kit/kill-rounds.ts';
import { anySeed, type Rng, seeded } from '../kit/rng.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';
import { canMount, SmallDisk } from '../kit/small-disk.ts';
import { eventually, sleep } from '../kit/wait.ts';

async function run(plan: KillPlan, rng: Rng, dataDir?: string): Promise<KillReport> {
  let server = await ServerProcess.start({ env: UNLIMITED, ...(dataDir === undefined ? {} : { dataDir }) });
  try {
    const report = await killRounds(server, plan, rng, (next) => {
      server = next;
    });
    const { acked, stored, recovered, told } = report;
    console.log(`seed ${rng.seed}: ${plan.rounds} kills, ${acked} acked, ${stored} stored, ${recovered} resumes recovered, ${told} told`);
    return report;
  } finally {
    await server.dispose();
  }
}

test('ACK-3 RESUME-4 EPOCH-2 ID-7 P1 P3 P4: twenty kills at random moments while 20 senders send', async () => {
  await seeded(anySeed(), async (rng) => {
    const report = await run({ rounds: 20, senders: 20, roundMs: [50, 2_000] }, rng);
    expect(report.findings).toEqual([]);
    expect(report.recovered + report.told).toBe(400);
    expect(report.acked).toBe(report.stored);
  });
});

test('ACK-3 RESUME-4 EPOCH-2 P1 P4: forty kills so soon after each start that little or nothing was stored', async () => {
  await seeded(anySeed(), async (rng) => {
    const report = await run({ rounds: 40, senders: 20, roundMs: [0, 12] }, rng);
    expect(report.findings).toEqual([]);
    expect(report.recovered + report.told).toBe(800);
    expect(report.acked).toBe(report.stored);
  });
});

describe.skipIf(!canMount(2))('with a full disk', () => {
  test('ACK-3 STORE-2 P1 P4: twenty kills at random moments, the disk filling up before each', async () => {
    await seeded(anySeed(), async (rng) => {
      const disk = new SmallDisk(256);
      const fault: KillPlan['fault'] = async (_server, random) => {
        disk.fill();
        await sleep(random.between(50, 1_500));
        if (random.chance(0.3)) {
          disk.free();
          await sleep(random.between(0, 1_000));
        }
        return async () => disk.free();
      };
      try {
        const report = await run({ rounds: 20, senders: 20, roundMs: [50, 800], fault }, rng, disk.dir);
        expect(report.findings).toEqual([]);
        expect(report.acked).toBe(report.stored);
      } finally {
        disk.remove();
      }
    });
  });

  test('STORE-2 STORE-3 STORE-4: chat flows unacked, then is refused, and all that was taken is acked when there is room again', async () => {
    const disk = new SmallDisk(96);
    const server = await ServerProcess.start({ env: UNLIMITED, dataDir: disk.dir });
    try {
      const writer = await TestClient.join(server, { userId: 'writer', rooms: ['disk'] });
      writer.chat('before', { ref: 'before' });
      await writer.next(isAck('before'));
      disk.fill();
      let sent = 0;
      const say = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) writer.chat(`${sent} x`, { ref: sent++ });
        await writer.settled();
      };
      while (sent < 19_850) await say(500);
      while (writer.refusals.length === 0 && sent < 23_000) await say(15);
      expect(writer.refusals[0]).toMatchObject({ code: 'storage_unavailable' });
      expect((await get(server, '/ready')).status).toBe(503);
      expect((await get<Health>(server, '/health')).body.storage).toBe('unavailable');
      await writer.next(isMessage(`${sent - writer.refusals.length - 1} x`));
      disk.free();
      await eventually('everything is answered', () => (writer.acks.size - 1 + writer.refusals.length >= sent ? true : undefined), 60_000);
      const history = await fullHistory(server, 'disk');
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
      expect(history).toHaveLength(writer.acks.size);
      await eventually('/ready is well again', async () => ((await get(server, '/ready')).status === 200 ? true : undefined));
    } finally {
      await server.dispose();
      disk.remove();
    }
  });
});
