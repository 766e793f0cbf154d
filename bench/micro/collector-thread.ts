/** The store's writer thread, as it counts a log that is there: told of a file, it tells the seconds of the processor that counting all of it took. */
import { parentPort } from 'node:worker_threads';
import { AnalyticsEngine } from '../../packages/server/src/analytics/engine/engine.ts';
import { ENGINE_LIMITS } from '../../packages/server/src/analytics/engine/engine-limits.ts';
import type { EngineStore } from '../../packages/server/src/analytics/engine/ports.ts';
import { openWith } from '../../packages/server/src/store/sqlite/open-database.ts';
import { Writer } from '../../packages/server/src/store/sqlite/writer.ts';
import { Stopwatch } from '../analytics/stopwatch.ts';

export interface CountingOrder {
  readonly path: string;
  readonly last: number;
  /** Messages of each; undefined: as the server sizes them. */
  readonly piece: number | undefined;
  readonly minutesKeptMs: number;
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

parentPort?.on('message', ({ path, last, piece, minutesKeptMs }: CountingOrder) => {
  const makeEngine = (store: EngineStore) => new AnalyticsEngine(store, { ...ENGINE_LIMITS, minutesKeptMs, now: Date.now });
  const sizing = piece === undefined ? { cpuMs } : { cpuMs: () => 0, maxPiece: piece };
  const writer = openWith({ path, synchronous: 'normal' }, false, (db) => new Writer(db, { analytics: { makeEngine, ...sizing } }));
  writer.start(1000);
  const watch = new Stopwatch<'merge' | 'rest'>('rest');
  watch.during('merge', () => {
    while (!writer.merge(last));
  });
  writer.stop(true);
  parentPort?.postMessage(watch.taken().merge.cpuSeconds);
});
