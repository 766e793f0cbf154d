import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { randomHistory } from '../../packages/server/test/oracle/random-history.ts';
import { findingsBeside, oracleOf, recountFindings, settled } from './analytics-check.ts';
import { beginRepair, DAMAGED, type Damaged, plantDamage, repairDone } from './analytics-damage.ts';
import { streamImport } from './analytics-feed.ts';
import { plainHistory } from './analytics-histories.ts';
import { questionsOf } from './analytics-questions.ts';
import { CrashSender } from './crash-senders.ts';
import type { Message } from './frames.ts';
import { fullHistory } from './http.ts';
import type { Rng } from './rng.ts';
import { ServerProcess, UNLIMITED } from './server-process.ts';
import { sleep, within } from './wait.ts';

export interface RepairKillPlan {
  readonly rounds: number;
  /** Stretches of talk that are imported before, and half as many beside each repair. */
  readonly stretches: number;
  readonly senders: number;
  readonly killAfterMs: readonly [low: number, high: number];
}

const LIVE_ROOM = 'live';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ROWS = 8;
/** Of connections, which no history shows. */
const UNKNOWN = ['joins', 'leaves', 'participation'];

/** Damages what is kept, has it repaired beside live messages and late ones, and kills the server in the middle, again and again. */
export async function analyticsRepairKills(rng: Rng, plan: RepairKillPlan) {
  const startedAt = Date.now();
  const talk = (stretches: number): OracleEvent[] => {
    const events = plainHistory(randomHistory(rng.between(1, 1_000_000), { stretches }).events).filter(({ type }) => type === 'chat');
    // At another time each, so that few of two rounds are at the same millisecond.
    const by = startedAt - HOUR_MS - rng.between(0, DAY_MS) - Date.parse(String(events.at(-1)?.t));
    return events.map((event) => ({
      ...event,
      t: new Date(Date.parse(String(event.t)) + by).toISOString(),
      room: event.room === '#ubuntu' ? LIVE_ROOM : event.room,
      messageId: undefined,
      replyTo: undefined,
    }));
  };
  const first = talk(plan.stretches);
  const range = { from: Math.floor(Date.parse(String(first[0]?.t)) / DAY_MS - 40) * DAY_MS, to: startedAt + 2 * HOUR_MS };
  const rooms = new Set([LIVE_ROOM, ...first.map(({ room }) => room)]);
  const senders = Array.from({ length: plan.senders }, (_, i) => new CrashSender(`s${i}`, LIVE_ROOM, rng, () => ' and s1: you?'));
  let server = await ServerProcess.start({ env: UNLIMITED });
  let damages = 0;
  try {
    const { inserted } = await streamImport(server, first);
    await settled(server, range, { messages: inserted }, { withMoments: false });
    for (let round = 1; round <= plan.rounds; round++) {
      await plantDamage(server.dataDir, rng, Object.keys(DAMAGED) as Damaged[], ROWS);
      await Promise.all(senders.map((sender) => sender.start(server)));
      const late = talk(Math.ceil(plan.stretches / 2));
      for (const { room } of late) rooms.add(room);
      const importing = streamImport(server, late);
      await beginRepair(server, range);
      await sleep(rng.between(...plan.killAfterMs));
      await server.kill9();
      await importing;
      await Promise.all(senders.map((sender) => within('the connections end', sender.stop())));
      for (const sender of senders) sender.disconnected();
      server = await server.restart();
      await Promise.all(senders.map((sender) => sender.start(server)));
      const again = streamImport(server, late);
      await beginRepair(server, range);
      await sleep(rng.between(...plan.killAfterMs));
      await Promise.all(senders.map((sender) => within('all is acked in the end', sender.stop(), 30_000)));
      await again;
      damages += (await repairDone(server, 400_000)).damageCount ?? 0;
      const history = (await Promise.all([...rooms].map((room) => fullHistory(server, room)))).flat();
      await settled(server, range, { messages: history.length }, { timeoutMs: 120_000, withMoments: false });
      const asked = questionsOf({ ...range, now: startedAt, rooms: [undefined, ...rooms], zones: ['UTC'], steps: ['15m', '1h', '1d'] });
      const questions = asked.filter(({ what }) => what !== 'moments');
      const findings = [
        ...(await recountFindings(server, [...rooms], range)),
        ...(await findingsBeside(server, oracleOf(history.map(eventOf)), questions, UNKNOWN)),
      ];
      if (findings.length > 0) return { findings: [`after kill ${round}:`, ...findings], damages };
    }
    return { findings: [], damages };
  } finally {
    await server.dispose();
  }
}

const eventOf = ({ timestamp, roomId, userId, username, content, messageId, replyTo, seq }: Message): OracleEvent => ({
  ...{ t: timestamp, room: roomId, user: userId, username, type: 'chat', content, messageId, replyTo, seq },
});
