/** What the store's writer thread runs where analytics is on: the writer with an engine in its transactions. */
import { AnalyticsEngine } from './analytics/engine/engine.ts';
import { openWith } from './store/sqlite/open-database.ts';
import { serveThread } from './store/sqlite/serve-thread.ts';
import { Writer } from './store/sqlite/writer.ts';
import { systemClock } from './util/clock.ts';

const MINUTES_KEPT_MS = 30 * 86_400_000;
/** A busy one takes some 100 KB: the names of its last 24 hours. */
const MAX_ROOMS = 2000;

const { now, monotonic } = systemClock;
const engine = { now, minutesKeptMs: MINUTES_KEPT_MS, maxRooms: MAX_ROOMS };

serveThread((database) =>
  openWith(
    database,
    false,
    (db) => new Writer(db, { analytics: { makeEngine: (store) => new AnalyticsEngine(store, engine), monotonic } }),
  ),
);
