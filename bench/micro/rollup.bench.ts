/**
 * Kept summaries: what it costs to read a long range, and to keep a message. Each line is a mean and its target, in time of the
 * processor, so that what else the machine does disturbs little.
 *
 * Run: node bench/micro/rollup.bench.ts
 */

import { BucketMessages } from '../../packages/server/src/analytics/rollup/bucket-messages.ts';
import { COLUMN, KIND } from '../../packages/server/src/analytics/rollup/columns.ts';
import { CountsAccumulator } from '../../packages/server/src/analytics/rollup/counts-accumulator.ts';
import { DAY_MS, LEVELS, QUARTER_MS } from '../../packages/server/src/analytics/rollup/levels.ts';
import { MemoryRollups } from '../../packages/server/src/analytics/rollup/memory-rollups.ts';
import type { Family, KeptContainer } from '../../packages/server/src/analytics/rollup/port.ts';
import { QuantilesAccumulator } from '../../packages/server/src/analytics/rollup/quantiles-accumulator.ts';
import { RankedAccumulator } from '../../packages/server/src/analytics/rollup/ranked-accumulator.ts';
import { RollupDeltas } from '../../packages/server/src/analytics/rollup/rollup-deltas.ts';
import { UserBuckets } from '../../packages/server/src/analytics/rollup/user-buckets.ts';

const T0 = Date.UTC(2026, 0, 1);
const DAYS = 1095;
const USERS = 2500;
const SLOTS_PER_USER = 2.7;
const WARM_UP = 3;
const MEASURED_MS = 500;

let state = 1;
/** Below `n`, the same numbers every time. */
function random(n: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
}

/** Mean of as many runs as take long enough, in time of the processor. */
function meanMs(run: () => void): number {
  for (let i = 0; i < WARM_UP; i++) run();
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs++) {
    run();
    const { user, system } = process.threadCpuUsage(before);
    const spentMs = (user + system) / 1000;
    if (spentMs >= MEASURED_MS) return spentMs / runs;
  }
}

const show = (what: string, figure: number, unit: string, target: number): void =>
  console.log(`${what.padEnd(72)} ${figure.toFixed(2).padStart(8)} ${unit.padEnd(5)} target ${target}${figure > target ? '  MISSED' : ''}`);

function kept(fill: (deltas: RollupDeltas) => void): MemoryRollups {
  const rollups = new MemoryRollups();
  const deltas = new RollupDeltas(rollups);
  fill(deltas);
  deltas.flush();
  return rollups;
}

const bodies = (rollups: MemoryRollups, family: Family): readonly KeptContainer[] => rollups.containers(family, 0, 'quarter', -1e6, 1e6);

function readCounts(): void {
  const rollups = kept((deltas) => {
    for (let quarter = 0; quarter < DAYS * 96; quarter++) {
      const place = deltas.at(0, T0 + quarter * QUARTER_MS, ['quarter']);
      for (const column of [COLUMN.messages, COLUMN.replies, COLUMN.questions, COLUMN.links, COLUMN.mentions, COLUMN.sessions] as const)
        place.add(column, 1 + random(100));
      place.add(COLUMN.lengthSum, random(30_000));
      place.raise(COLUMN.lengthMax, 1 + random(1000));
      place.add(COLUMN.sessionMessages, 1 + random(300));
      place.add(COLUMN.responses, 1 + random(60));
    }
  });
  const containers = bodies(rollups, 'counts');
  const whole = new Int32Array(96);
  const one = meanMs(() => {
    const counts = new CountsAccumulator(1);
    for (const { body } of containers) counts.add(body, whole);
  });
  show('counts: 3 years × 96 quarters × 10 columns, into one bucket', one, 'ms', 10);
  const hours = Int32Array.from({ length: 96 }, (_, slot) => slot >> 2);
  const heat = meanMs(() => {
    const counts = new CountsAccumulator(24);
    for (const { body } of containers) counts.add(body, hours);
  });
  show('counts: the same, into 24 hours of the day', heat, 'ms', 10);
}

function readUsers(): void {
  let entries = 0;
  const days: MemoryRollups[] = [];
  // Ten different days, each read again and again: all 1,095 would need 13 MB, and as long to make as to measure.
  for (let day = 0; day < 10; day++) {
    days.push(
      kept((deltas) => {
        for (let user = 0; user < USERS; user++) {
          const slots = 1 + random(2 * (SLOTS_PER_USER - 1) + 1);
          const first = random(96 - 16);
          for (let i = 0; i < slots; i++) {
            deltas.at(0, T0 + (first + i * 3) * QUARTER_MS, ['quarter']).user(Math.floor(user * 1.6), 1 + random(6));
            entries += 1;
          }
        }
      }),
    );
  }
  entries = (entries / 10) * DAYS;
  const containers = Array.from({ length: DAYS }, (_, day) => days[day % 10]).map((each) => each && bodies(each, 'users')[0]);
  const all = containers.map((each) => ({ chunk: each?.chunk ?? 0, body: Uint8Array.from(each?.body ?? []) }));
  console.log(`users: ${(entries / DAYS / USERS).toFixed(2)} slots per user and day, ${all[0]?.body.length} bytes a day`);
  const bucketOfSlot = new Int32Array(96);
  let users = new UserBuckets(DAYS);
  const aligned = meanMs(() => {
    users = new UserBuckets(DAYS);
    all.forEach(({ chunk, body }, day) => {
      users.add(chunk, body, bucketOfSlot.fill(day));
    });
  });
  show('users: distinct per day, 1,095 days × 2,500 users × 2.7 slots', aligned, 'ms', 40);
  show('users: … for each (user, slot)', (aligned * 1e6) / entries, 'ns', 10);
  const shifted = meanMs(() => {
    users = new UserBuckets(DAYS + 1);
    all.forEach(({ chunk, body }, day) => {
      bucketOfSlot.fill(day, 0, 76).fill(day + 1, 76);
      users.add(chunk, body, bucketOfSlot);
    });
  });
  show('users: the same in another zone (two buckets a container)', shifted, 'ms', 40);
  show(
    'users: dau, wau and mau of that',
    meanMs(() => [1, 7, 28].map((width) => users.trailing(width))),
    'ms',
    40,
  );
  const messages = meanMs(() => {
    const counts = new BucketMessages(1);
    bucketOfSlot.fill(0);
    for (const { chunk, body } of all) counts.add(chunk, body, bucketOfSlot);
    counts.top(0, 10);
  });
  show('users: messages by user over 1,095 days, top 10', messages, 'ms', (entries * 10) / 1e6);
}

function readRanked(): void {
  const rollups = kept((deltas) => {
    for (let quarter = 0; quarter < 400; quarter++) {
      const place = deltas.at(0, T0 + quarter * QUARTER_MS, ['quarter']);
      for (let term = 0; term < 1024; term++) place.rank('terms', random(8) === 0 ? 1024 + random(50_000) : term, 1 + random(50));
    }
  });
  const containers = bodies(rollups, 'terms');
  const all = new Int32Array(96);
  const ms = meanMs(() => {
    const ranked = new RankedAccumulator(1);
    for (const { body } of containers) ranked.add(body, all);
    ranked.top(0, 10);
  });
  show('ranked: 400 quarters × 1,024 terms into one top 10', ms, 'ms', 10);
}

function readQuantiles(): void {
  const rollups = kept((deltas) => {
    for (let quarter = 0; quarter < 365 * 96; quarter++) {
      const place = deltas.at(0, T0 + quarter * QUARTER_MS, ['quarter']);
      for (let i = 0; i < 25; i++) place.measure(KIND.length, 1 + random(300), 1);
    }
  });
  const containers = bodies(rollups, 'quantiles');
  const ms = meanMs(() => {
    const quantiles = new QuantilesAccumulator(365, [KIND.length]);
    const bucketOfSlot = new Int32Array(96);
    containers.forEach(({ body }, day) => {
      quantiles.add(body, bucketOfSlot.fill(day));
    });
    for (let day = 0; day < 365; day++) quantiles.quantile(day, KIND.length, 0.95);
  });
  show('quantiles: 365 days × 96 quarters × 25 values, p95 of each day', ms, 'ms', 20);
}

function write(): void {
  const rollups = new MemoryRollups();
  const deltas = new RollupDeltas(rollups);
  const each = 4000;
  const t = T0 + DAY_MS / 2;
  const add = (i: number): void => {
    const place = deltas.at(0, t + (i % 900) * 1000, LEVELS);
    place.add(COLUMN.messages, 1);
    place.add(COLUMN.replies, 1);
    place.add(COLUMN.lengthSum, i % 200);
    place.raise(COLUMN.lengthMax, i % 200);
    place.measure(KIND.length, 1 + (i % 200), 1);
    place.user(i % USERS, 1);
  };
  const adding = meanMs(() => {
    for (let i = 0; i < 10 * each; i++) add(i);
    deltas.drop();
  });
  show('writer: a message into all levels of a hot scope', (adding * 1e3) / (10 * each), 'µs', 0.5);
  const ranking = meanMs(() => {
    for (let i = 0; i < 10 * each; i++) {
      const place = deltas.at(0, t, LEVELS);
      for (let term = 0; term < 8; term++) place.rank('terms', (i * 31 + term * 7) % 900, 1);
    }
    deltas.drop();
  });
  show('writer: … and eight terms of it', (ranking * 1e3) / (10 * each), 'µs', 0.5);

  for (let user = 0; user < USERS; user++) {
    for (const slot of [3, 40, 70]) deltas.at(0, T0 + slot * QUARTER_MS, ['quarter']).user(user, 1 + random(5));
  }
  deltas.flush();
  const users = meanMs(() => {
    for (let i = 0; i < 200; i++) deltas.at(0, t, ['quarter']).user((i * 13) % USERS, 1);
    deltas.flush();
  });
  show('writer: flush of a day container of 2,500 users, 200 changed', users, 'ms', 0.5);
  const counts = meanMs(() => {
    for (let i = 0; i < 200; i++) add(i);
    deltas.flush();
  });
  show('writer: 200 messages and the flush of all levels', counts, 'ms', 1);
}

readCounts();
readUsers();
readRanked();
readQuantiles();
write();
