/**
 * What the values that depend on neighbours cost, on the real log (`node bench/micro/derive.bench.ts [LOG.jsonl.gz]`, Node 24): µs of CPU per message of
 * the flow, the sweep, the restore and the moments; then false alarms of the moments per million hours of evenly busy rooms, simulated.
 * All parts are interleaved in each round; median, min and max over the rounds, the first left out.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ArrayHistory } from '../../packages/server/src/analytics/derive/array-history.ts';
import type { DerivedSink } from '../../packages/server/src/analytics/derive/derived-sink.ts';
import { dirtyRanges } from '../../packages/server/src/analytics/derive/dirty-ranges.ts';
import type { RoomMessage } from '../../packages/server/src/analytics/derive/history.ts';
import { MOMENT_BUCKET_MS, MomentScan } from '../../packages/server/src/analytics/derive/moment-scan.ts';
import { MomentWatch } from '../../packages/server/src/analytics/derive/moment-watch.ts';
import { endOf, startOf } from '../../packages/server/src/analytics/derive/order.ts';
import { poisson } from '../../packages/server/src/analytics/derive/poisson.kit.ts';
import { restoreFlow } from '../../packages/server/src/analytics/derive/restore-flow.ts';
import { RoomFlow } from '../../packages/server/src/analytics/derive/room-flow.ts';
import { sweep } from '../../packages/server/src/analytics/derive/sweep.ts';
import { Rng } from '../../packages/server/test/kit/rng.ts';

const LOG = process.argv[2] ?? new URL('../../../shared/data/ubuntu-irc.jsonl.gz', import.meta.url).pathname;
const ROUNDS = 8;
const ROOM = 1;
const random = new Rng(1);

function readLog(path: string): RoomMessage[] {
  const users = new Map<string, number>();
  const messages: RoomMessage[] = [];
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    if (!line.includes('"type":"chat"')) continue;
    const event = JSON.parse(line);
    const user = users.get(event.user) ?? users.size;
    users.set(event.user, user);
    messages.push({
      ...{ t: Date.parse(event.t), seq: 0, row: messages.length, user, userId: event.user, username: event.user },
      ...{ content: event.content, id: event.messageId, replyTo: event.replyTo },
    });
  }
  return messages.sort((a, b) => a.t - b.t || a.row - b.row);
}

/** Where there is no log: as many messages of 300 users, some of which name one another. */
function madeUp(): RoomMessage[] {
  let t = Date.UTC(2026, 0, 1);
  return Array.from({ length: 200_000 }, (_, row) => {
    t += random.between(0, 20_000);
    const user = random.between(0, 299);
    const content = random.chance(0.4) ? `user-${random.between(0, 299)}: have you tried that?` : 'it does not, whatever I do';
    return { t, seq: 0, row, user, userId: `user-${user}`, username: `user-${user}`, content, id: `m${row}`, replyTo: undefined };
  });
}

function finished<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

const messages = existsSync(LOG) ? readLog(LOG) : madeUp();
const history = new ArrayHistory(messages);
const firstT = messages[0]?.t ?? 0;
const endT = (messages.at(-1)?.t ?? 0) + 1;
const totals = { mentions: 0, responses: 0, sessions: 0, moments: 0 };
const sink: DerivedSink = {
  mention: () => totals.mentions++,
  response: () => totals.responses++,
  session: (_startT, _durationMs, _messages, _oldDurationMs, oldMessages) => {
    if (oldMessages === 0) totals.sessions++;
  },
};
const some = Array.from({ length: 500 }, () => messages[random.between(0, messages.length - 1)]).filter((message) => message !== undefined);

/** Each answers how many units of work it did. */
const parts: Record<string, () => number> = {
  'flow, per message': () => {
    const flow = new RoomFlow();
    for (const message of messages) flow.advance(message, sink);
    return messages.length;
  },
  'flow, no text (every content empty)': () => {
    const flow = new RoomFlow();
    for (const message of silent) flow.advance(message, sink);
    return messages.length;
  },
  'sweep of all, per message': () => {
    finished(sweep(ROOM, firstT, endT, history, sink));
    return messages.length;
  },
  'restore of the flow, each': () => {
    for (const message of some) finished(restoreFlow(ROOM, message, history));
    return some.length;
  },
  'dirty ranges of a deletion, each': () => {
    for (const message of some) finished(dirtyRanges(ROOM, { kind: 'moved', message }, history));
    return some.length;
  },
  'moments live, per message': () => {
    const found = new Set<number>();
    const scan = new MomentScan(Math.floor(firstT / MOMENT_BUCKET_MS));
    const watch = new MomentWatch(scan, ({ startBucket }) => found.add(startBucket));
    for (const { t } of messages) watch.add(t);
    watch.closeBefore(endT + MOMENT_BUCKET_MS);
    totals.moments = found.size;
    return messages.length;
  },
};
const silent = messages.map((message) => ({ ...message, content: '', replyTo: undefined }));

const figures = new Map<string, number[]>(Object.keys(parts).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(parts)) {
    totals.mentions = totals.responses = totals.sessions = 0;
    const start = process.cpuUsage();
    const units = run();
    const { user, system } = process.cpuUsage(start);
    figures.get(name)?.push((user + system) / units);
    if (round === 0 && !name.startsWith('restore')) console.log(name, JSON.stringify(totals));
  }
}
console.log(
  `${messages.length} messages, ${history.messages(ROOM, startOf(firstT), endOf(firstT + 86_400_000), 1e9).length} on the first day`,
);
for (const [name, values] of figures) {
  const sorted = values.slice(1).toSorted((a, b) => a - b);
  const at = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(2);
  console.log(`${name.padEnd(40)} ${at(0.5).padStart(8)} µs   ${at(0)}–${at(1)}`);
}

console.log('\nmessages/s   simulated hours   false alarms per 1,000 hours (in the first hour, after)');
for (const rate of [0.01, 0.03, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 20, 50]) {
  const hours = Math.max(1000, Math.min(20_000, Math.floor(6000 / rate)));
  const rooms = Math.floor(hours / 10);
  const alarms = { first: 0, after: 0 };
  for (let room = 0; room < rooms; room++) {
    let last = -1;
    const scan = new MomentScan(0);
    for (let bucket = 0; bucket < 3600; bucket++) {
      scan.close(poisson(rate * 10, random.next), ({ startBucket }) => {
        if (startBucket === last) return;
        last = startBucket;
        if (startBucket < 360) alarms.first++;
        else alarms.after++;
      });
    }
  }
  const per = (count: number, of: number): string => ((count / of) * 1000).toFixed(3);
  console.log(
    `${String(rate).padStart(10)} ${String(rooms * 10).padStart(17)}   ${per(alarms.first, rooms)}, ${per(alarms.after, rooms * 9)}`,
  );
}
