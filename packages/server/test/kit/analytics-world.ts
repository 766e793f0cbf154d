import { AnalyticsEngine } from '../../src/analytics/engine/engine.ts';
import { MemoryEngineStore } from '../../src/analytics/engine/memory-engine-store.ts';
import type { MessageFact, NoticeFact } from '../../src/analytics/engine/ports.ts';
import { MemoryQueryStore } from '../../src/analytics/query/memory-query-store.ts';
import { DAY_MS } from '../../src/analytics/rollup/levels.ts';
import { STOP_WORDS } from '../../src/analytics/text/stop-words.ts';
import { createOracle, type Oracle } from '../oracle/oracle.ts';
import { type HistoryOptions, randomHistory } from '../oracle/random-history.ts';

export interface World {
  readonly store: MemoryQueryStore;
  readonly engineStore: MemoryEngineStore;
  readonly engine: AnalyticsEngine;
  readonly oracle: Oracle;
  readonly rooms: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly tz: string;
  /** A day after all. */
  readonly now: number;
}

/** Names that the API takes. */
const ROOM_NAMES: Readonly<Record<string, string>> = { 'dm:x': 'dm-x', 'ä.room': 'a.room' };

function numbers(): { readonly map: Map<string, number>; of(text: string): number } {
  const map = new Map<string, number>();
  return {
    map,
    of: (text) => {
      const number = map.get(text) ?? map.size + 1;
      map.set(text, number);
      return number;
    },
  };
}

/** A random history, taken in by an engine as it arrived, with its deletes, and what the oracle says of it. */
export function randomWorld(seed: number, options: HistoryOptions = {}): World {
  const history = randomHistory(seed, options);
  const events = history.events.map((event) => ({ ...event, room: ROOM_NAMES[event.room] ?? event.room }));
  const deletedIds = history.deletedIds.map((each) => ({ ...each, room: ROOM_NAMES[each.room] ?? each.room }));
  const now = Date.parse(history.to) + DAY_MS;
  const [rooms, users] = [numbers(), numbers()];
  const terms = new Map<string, number>();
  const engineStore = new MemoryEngineStore(terms);
  const engine = new AnalyticsEngine(engineStore, { now: () => now, minutesKeptMs: 30 * DAY_MS, maxRooms: 10 });
  const taken = new Map<string, MessageFact>();
  const notices: NoticeFact[] = [];
  let batch: MessageFact[] = [];
  const flush = (): void => {
    engineStore.insert(batch);
    engine.take(batch);
    batch = [];
  };
  for (const [row, event] of events.entries()) {
    const [room, t] = [rooms.of(event.room), Date.parse(String(event.t))];
    if (event.type !== 'chat') {
      notices.push({ room, kind: event.type, t });
      continue;
    }
    const id = event.messageId?.toLowerCase() ?? `none-${row}`;
    if (taken.has(`${room} ${id}`)) continue;
    const user = users.of(event.user);
    const who = { user, userId: event.user, username: event.username ?? event.user };
    const fact = { room, ...who, row, seq: event.seq ?? 0, t, content: event.content ?? '', id, replyTo: event.replyTo?.toLowerCase() };
    taken.set(`${room} ${id}`, fact);
    batch.push(fact);
    if (batch.length > (seed % 3) * 20) flush();
  }
  flush();
  engine.takeNotices(notices);
  const gone = deletedIds.flatMap(({ room, messageId }) => taken.get(`${rooms.of(room)} ${messageId.toLowerCase()}`) ?? []);
  engineStore.delete(gone);
  engine.remove(gone);
  while (!engine.repair(1000));
  engine.tick();
  return {
    store: new MemoryQueryStore(engineStore, { rooms: rooms.map, users: users.map, terms }, notices),
    engineStore,
    engine,
    oracle: createOracle(events, { deletedIds, stopWords: STOP_WORDS }),
    rooms: [...rooms.map.keys()],
    from: Date.parse(history.from),
    to: Date.parse(history.to),
    tz: history.tz,
    now,
  };
}
