import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AnalyticsEngine } from '../../packages/server/src/analytics/engine/engine.ts';
import { ENGINE_LIMITS } from '../../packages/server/src/analytics/engine/engine-limits.ts';
import { openWith } from '../../packages/server/src/store/sqlite/open-database.ts';
import { DATABASE_FILE } from '../../packages/server/src/store/sqlite/sqlite-store.ts';
import { Writer, type WriterOptions } from '../../packages/server/src/store/sqlite/writer.ts';
import { type ChatOptions, generateChat } from './chat/generate.ts';
import { countLog } from './count-log.ts';
import { Stopwatch, type Taken } from './stopwatch.ts';

export type Progress = (done: number, seconds: number) => void;

export interface LogLoaded {
  readonly messages: number;
  /** Of which generating the chat is no cost of the store. */
  readonly taken: Readonly<Record<'generate' | 'log' | 'orders', Taken>>;
  readonly bytes: number;
}

export interface AnalyticsLoaded {
  readonly taken: Taken;
  readonly bytes: number;
}

/** Messages of one merge: the more, the fewer times each summary is written. Ten days of the full benchmark. */
const PIECE = 250_000;
const REST_PIECE = 1000;
const BATCH = 5000;
const FLAT_WIDTH = 10;
const BOUND = 100_000;

/**
 * Fills a store with generated chat by what the server itself runs: the import and the merges of the writer. It differs in size alone: long
 * batches in order of time, long pieces, a large page cache, and no wait for the disk. `dir` is made anew.
 */
export function loadLog(dir: string, chat: ChatOptions, progress: Progress): LogLoaded {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const watch = new Stopwatch<'generate' | 'log' | 'orders'>('generate');
  const writer = openWriter(dir, { maxEntries: PIECE });
  writer.start(BOUND);
  let [loaded, merged, batch] = [0, 0, [] as (string | number)[]];
  const write = (): void => {
    const { last } = watch.during('log', () => writer.importEvents(batch));
    loaded = last;
    batch = [];
    if (loaded - merged >= PIECE) merge();
  };
  const merge = (): void => {
    watch.during('orders', () => {
      while (!writer.merge(loaded));
    });
    merged = loaded;
    progress(loaded, watch.seconds);
  };
  generateChat(chat, (room, id, user, username, content, t, replyTo) => {
    batch.push(room, id, 0, user, username, content, t, replyTo, '', 0);
    if (batch.length >= BATCH * FLAT_WIDTH) write();
  });
  write();
  merge();
  watch.during('log', () => writer.stop(true));
  return { messages: loaded, taken: watch.taken(), bytes: sizeOf(dir) };
}

/** Counts what a loaded store holds; `nowT` is its wall clock. */
export function loadAnalytics(dir: string, nowT: number, progress: Progress): AnalyticsLoaded {
  const watch = new Stopwatch<'analytics'>('analytics');
  openTuned(dir, (db) => {
    countLog(db, { ...ENGINE_LIMITS, now: () => nowT }, PIECE, (through) => progress(through, watch.seconds));
    db.exec('pragma wal_checkpoint(truncate)');
    db.close();
  });
  return { taken: watch.taken().analytics, bytes: sizeOf(dir) };
}

/** Counts what a store has not counted yet, as the server does with the log of a version before analytics. */
export function countRest(dir: string, nowT: number): void {
  const options = { ...ENGINE_LIMITS, now: () => nowT };
  const writer = openWriter(dir, {
    maxEntries: PIECE,
    analytics: { makeEngine: (store) => new AnalyticsEngine(store, options), cpuMs: () => 0, maxPiece: REST_PIECE },
  });
  const { last } = writer.start(BOUND);
  while (!writer.merge(last));
  writer.tick();
  while (!writer.tend(true));
  writer.stop(true);
}

const openWriter = (dir: string, options: WriterOptions): Writer => openTuned(dir, (db) => new Writer(db, options));

function openTuned<T>(dir: string, make: (db: DatabaseSync) => T): T {
  return openWith({ path: join(dir, DATABASE_FILE), synchronous: 'normal' }, false, (db) => {
    db.exec('pragma cache_size = -1500000; pragma synchronous = off; pragma wal_autocheckpoint = 65536');
    return make(db);
  });
}

const sizeOf = (dir: string): number => statSync(join(dir, DATABASE_FILE)).size;
