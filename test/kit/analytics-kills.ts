import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { randomHistory } from '../../packages/server/test/oracle/random-history.ts';
import { findingsBeside, oracleOf, recountFindings, settled } from './analytics-check.ts';
import { streamImport } from './analytics-feed.ts';
import { plainHistory } from './analytics-histories.ts';
import { type Question, questionsOf } from './analytics-questions.ts';
import { CrashSender } from './crash-senders.ts';
import type { Message } from './frames.ts';
import { fullHistory } from './http.ts';
import type { Rng } from './rng.ts';
import { ServerProcess, UNLIMITED } from './server-process.ts';
import { sleep, within } from './wait.ts';

export interface AnalyticsKillPlan {
  readonly rounds: number;
  readonly senders: number;
  /** How long a round lasts, ms. */
  readonly roundMs: readonly [low: number, high: number];
  /** Stretches of talk that are imported meanwhile. */
  readonly stretches: number;
  /** Waits until the last moments are over, and compares them, too. */
  readonly withMoments: boolean;
}

export interface AnalyticsKillReport {
  readonly findings: readonly string[];
  readonly messages: number;
  readonly imported: number;
}

const LIVE_ROOM = 'live';
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const IMPORT_AT_ONCE = 400;
/** A moment is known when its last bucket is over. */
const MOMENT_MS = 13_000;
/** Of connections, which no history shows. */
const UNKNOWN = ['joins', 'leaves', 'participation'];
const ENDINGS = ['', ' @s1 hello', ' why?', ' see https://example.org/a', ' 😀👍🏽', ' thanks s2', ' 日本語 and Ubuntu'];

/** The talk of some days that ended an hour ago, a part of it in the room that is written to. */
function lateHistory(rng: Rng, stretches: number, now: number): OracleEvent[] {
  const events = plainHistory(randomHistory(rng.between(1, 1_000_000), { stretches }).events).filter(({ type }) => type === 'chat');
  const by = now - HOUR_MS - Date.parse(String(events.at(-1)?.t));
  return events.map((event) => ({
    ...event,
    t: new Date(Date.parse(String(event.t)) + by).toISOString(),
    room: event.room === '#ubuntu' ? LIVE_ROOM : event.room,
  }));
}

/** Kills a server that is sent messages and imports others, again and again, and compares its answers with what its history shows. */
export async function analyticsKills(rng: Rng, plan: AnalyticsKillPlan): Promise<AnalyticsKillReport> {
  const startedAt = Date.now();
  const events = lateHistory(rng, plan.stretches, startedAt);
  const rooms = [...new Set([LIVE_ROOM, ...events.map(({ room }) => room)])];
  const range = { from: Math.floor(Date.parse(String(events[0]?.t)) / DAY_MS - 1) * DAY_MS, to: startedAt + 2 * HOUR_MS };
  const asked = questionsOf({
    ...range,
    now: startedAt,
    rooms: [undefined, ...rooms],
    zones: ['America/New_York'],
    steps: ['15m', '1h', '1d'],
  });
  const withoutMoments = asked.filter(({ what }) => what !== 'moments');
  const senders = Array.from(
    { length: plan.senders },
    (_, i) => new CrashSender(`s${i}`, LIVE_ROOM, rng, () => ENDINGS[rng.between(0, ENDINGS.length - 1)] ?? ''),
  );
  let server = await ServerProcess.start({ env: UNLIMITED });
  let place = 0;
  const check = async (questions: readonly Question[]): Promise<{ findings: string[]; messages: number }> => {
    const history = (await Promise.all(rooms.map((room) => fullHistory(server, room)))).flat();
    await settled(server, range, { messages: history.length }, { timeoutMs: 120_000, withMoments: questions !== withoutMoments });
    const findings = await findingsBeside(server, oracleOf(history.map(eventOf)), questions, UNKNOWN);
    return { findings: [...findings, ...(await recountFindings(server, rooms, range))], messages: history.length };
  };
  try {
    for (let round = 1; round <= plan.rounds; round++) {
      await Promise.all(senders.map((sender) => sender.start(server)));
      const importing = importFrom(server, events, place);
      await sleep(rng.between(...plan.roundMs));
      await server.kill9();
      place = await importing;
      await Promise.all(senders.map((sender) => within('the connections end', sender.stop())));
      for (const sender of senders) sender.disconnected();
      server = await server.restart();
      // One more in the middle of catching up.
      if (rng.chance(0.3)) {
        await sleep(rng.between(0, 300));
        await server.kill9();
        server = await server.restart();
      }
      const { findings, messages } = await check(withoutMoments);
      if (findings.length > 0) return { findings: [`after kill ${round}:`, ...findings], messages, imported: place };
    }
    await Promise.all(senders.map((sender) => sender.start(server)));
    place = await importFrom(server, events, place);
    await Promise.all(senders.map((sender) => within('all is acked in the end', sender.stop(), 30_000)));
    if (plan.withMoments) await sleep(MOMENT_MS);
    const missing = senders.filter(({ pending }) => pending > 0).map(({ userId }) => `${userId} has unacked messages`);
    const { findings, messages } = await check(plan.withMoments ? asked : withoutMoments);
    return { findings: [...missing, ...findings], messages, imported: place };
  } finally {
    await server.dispose();
  }
}

/** Imports one piece after the other, until all are in or the server is gone. Answers how far it came. */
async function importFrom(server: ServerProcess, events: readonly OracleEvent[], place: number): Promise<number> {
  let done = place;
  while (done < events.length) {
    const piece = events.slice(done, done + IMPORT_AT_ONCE);
    const { end, refused } = await streamImport(server, piece);
    if (end.kind !== 'complete') return done;
    if (refused > 0) throw new Error(`the import refused ${refused}`);
    done += piece.length;
  }
  return done;
}

const eventOf = ({ timestamp, roomId, userId, username, content, messageId, replyTo, seq }: Message): OracleEvent => ({
  ...{ t: timestamp, room: roomId, user: userId, username, type: 'chat', content, messageId, replyTo, seq },
});
