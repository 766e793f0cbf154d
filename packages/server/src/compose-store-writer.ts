/** What the store's writer thread runs where analytics is on: the writer with an engine in its transactions. */
import { AnalyticsEngine } from './analytics/engine/engine.ts';
import { ENGINE_LIMITS } from './analytics/engine/engine-limits.ts';
import type { EngineStore } from './analytics/engine/ports.ts';
import { openWith } from './store/sqlite/open-database.ts';
import { serveThread } from './store/sqlite/serve-thread.ts';
import { Writer } from './store/sqlite/writer.ts';
import { systemClock } from './util/clock.ts';

const makeEngine = (store: EngineStore) => new AnalyticsEngine(store, { ...ENGINE_LIMITS, now: systemClock.now });
const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

serveThread((database, _role, tell) => openWith(database, false, (db) => new Writer(db, { analytics: { makeEngine, cpuMs }, tell })));
