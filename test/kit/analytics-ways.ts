import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { randomHistory } from '../../packages/server/test/oracle/random-history.ts';
import { answersOf, differingAnswers, findingsBeside, oracleOf, settled } from './analytics-check.ts';
import { importFile, LiveFeed, streamImport } from './analytics-feed.ts';
import { keyOf, plainHistory, shuffled, withoutVainReplies } from './analytics-histories.ts';
import { questionsOf, type Step } from './analytics-questions.ts';
import { fullHistory } from './http.ts';
import { InjectedClock } from './injected-clock.ts';
import type { Rng } from './rng.ts';
import { ServerProcess, UNLIMITED } from './server-process.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const BATCHES = 7;
/** Facts of live connections, which an import does not have. */
const LIVE_ONLY = ['presentUsers', 'participation', 'connections', 'deliveryLatency', 'dropped'];
/** Connections join and leave when they do; an import has them at their times. */
const PASSAGES = ['joins', 'leaves'];

/** Answers another server when it has put one in the place of the first. */
type Feed = (server: ServerProcess, clock: InjectedClock) => Promise<ServerProcess | undefined>;

interface Way {
  readonly name: string;
  /** Nobody says anything live, who would say one thing after the other. */
  readonly isImport?: true;
  readonly feed: Feed;
}

/**
 * A random history on its ways into a server: where the answers differ from those of the oracle, or between two ways. With `ties` it has
 * messages of one time, and is imported alone.
 */
export async function waysFindings(rng: Rng, stretches: number, steps: readonly Step[], ties = false): Promise<string[]> {
  const random = randomHistory(rng.between(1, 1_000_000), { stretches, ties });
  const events = plainHistory(random.events);
  const chats = withoutVainReplies(events.filter(({ type }) => type === 'chat'));
  const rooms = [...new Set(chats.map(({ room }) => room))];
  const range = { from: Date.parse(random.from) - DAY_MS, to: Date.parse(random.to) + DAY_MS };
  const now = range.to + HOUR_MS;
  const questions = questionsOf({ ...range, now, rooms: [undefined, ...rooms], zones: [random.tz], steps });
  const findings: string[] = [];
  const answers: Map<string, unknown>[] = [];
  for (const { name, feed } of ways(rng, chats, rooms).filter(({ isImport = false }) => isImport || !ties)) {
    const clock = new InjectedClock(range.from);
    let server = await ServerProcess.start({ env: { ...UNLIMITED, ...clock.env } });
    try {
      server = (await feed(server, clock)) ?? server;
      clock.set(now);
      await settled(server, range, { messages: chats.length });
      const stored = await historyFindings(server, rooms, chats);
      // The others' answers are compared with those of the first.
      const found = answers.length > 0 ? [] : await findingsBeside(server, oracleOf(chats), questions, [...PASSAGES, 'participation']);
      findings.push(...[...stored, ...found].map((finding) => `${name}: ${finding}`));
      answers.push(await answersOf(server, questions, [...LIVE_ONLY, ...PASSAGES]));
    } finally {
      await server.dispose();
      clock.dispose();
    }
    const [first, last] = [answers[0], answers.at(-1)];
    if (first !== undefined && last !== undefined) {
      findings.push(...differingAnswers(first, last).map((finding) => `${name}, otherwise than the first way: ${finding}`));
    }
  }
  return findings;
}

function ways(rng: Rng, chats: readonly OracleEvent[], rooms: readonly string[]): Way[] {
  const end = Date.parse(String(chats.at(-1)?.t));
  return [
    {
      name: 'live',
      feed: async (server, clock) => {
        const feed = new LiveFeed(server, clock, rooms);
        for (const chat of chats) await feed.say(chat);
        await feed.end();
        return undefined;
      },
    },
    {
      name: 'imported',
      isImport: true,
      feed: async (server, clock) => {
        clock.set(end);
        await imported(server, chats);
        return undefined;
      },
    },
    {
      name: 'shuffled',
      isImport: true,
      feed: async (server, clock) => {
        clock.set(end);
        const mixed = shuffled(rng, chats);
        const size = Math.ceil(mixed.length / BATCHES);
        for (let at = 0; at < mixed.length; at += size) await imported(server, mixed.slice(at, at + size));
        return undefined;
      },
    },
    {
      name: 'live beside imports',
      feed: async (server, clock) => {
        const feed = new LiveFeed(server, clock, rooms);
        let late: OracleEvent[] = [];
        for (const chat of chats) {
          const answersLate = late.some(({ room, messageId }) => keyOf(room, messageId) === keyOf(chat.room, chat.replyTo));
          if (rng.chance(0.6) && !answersLate) await feed.say(chat);
          else late.push(chat);
          const past = late.filter(({ t }) => Date.parse(String(t)) <= clock.now);
          if (!rng.chance(0.03) || past.length === 0) continue;
          late = late.filter((each) => !past.includes(each));
          await imported(server, shuffled(rng, past));
        }
        await feed.end();
        clock.set(end);
        await imported(server, shuffled(rng, late));
        return undefined;
      },
    },
    {
      name: 'imported without a server',
      isImport: true,
      feed: async (server, clock) => {
        clock.set(end);
        await server.term();
        await importFile(server, chats, clock.env);
        return server.restart();
      },
    },
    {
      name: 'rebuilt from what a server without analytics stored',
      feed: async (server, clock) => {
        await server.term();
        const uncounting = await server.restart({ ANALYTICS: 'off' });
        const half = chats.slice(0, chats.length >> 1);
        const feed = new LiveFeed(uncounting, clock, rooms);
        for (const chat of half) await feed.say(chat);
        await feed.end();
        clock.set(end);
        await imported(uncounting, shuffled(rng, chats.slice(half.length)));
        await uncounting.term();
        return uncounting.restart({ ANALYTICS: 'on' });
      },
    },
  ];
}

async function imported(server: ServerProcess, events: readonly OracleEvent[]): Promise<void> {
  const { inserted, end, refusals } = await streamImport(server, events);
  if (inserted === events.length && end.kind === 'complete') return;
  throw new Error(`the import inserted ${inserted} of ${events.length}: ${JSON.stringify([end, refusals])}`);
}

/** The history must show what was sent. */
async function historyFindings(server: ServerProcess, rooms: readonly string[], chats: readonly OracleEvent[]): Promise<string[]> {
  const stored = (await Promise.all(rooms.map((room) => fullHistory(server, room)))).flat();
  const sent = new Map(chats.map((chat) => [keyOf(chat.room, chat.messageId), chat]));
  const changed = stored.filter(({ roomId, messageId, timestamp, content }) => {
    const chat = sent.get(keyOf(roomId, messageId));
    return chat?.t !== timestamp || chat.content !== content;
  });
  if (stored.length === chats.length && changed.length === 0) return [];
  return [`history has ${stored.length} messages of ${chats.length}, other than sent: ${JSON.stringify(changed.slice(0, 3))}`];
}
