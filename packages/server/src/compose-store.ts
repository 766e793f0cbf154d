import { ENGINE_LIMITS } from './analytics/engine/engine-limits.ts';
import { MemoryAnalytics } from './analytics/engine/memory-analytics.ts';
import type { LiveFactsSink } from './analytics/live-facts-sink.ts';
import type { Questions, Repairing } from './analytics/questions.ts';
import { countingWriter, questionsInThread } from './compose-analytics.ts';
import type { Config } from './config.ts';
import { announceServer } from './import/running-server.ts';
import { FaultLog } from './ops/fault-log.ts';
import type { Logger } from './ops/logger.ts';
import type { Counting } from './ops/metrics.ts';
import { lockDataDir } from './store/data-dir-lock.ts';
import { MemoryStore } from './store/memory-store.ts';
import { noneStore } from './store/none-store.ts';
import type { StoreReport } from './store/sqlite/report.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import type { Clock } from './util/clock.ts';

export interface OpenStore {
  readonly store: Store;
  /** Undefined: nothing is kept of what happens without messages. */
  readonly liveFacts?: LiveFactsSink;
  /** Undefined: nothing is kept that could be asked about. */
  readonly questions?: { readonly questions: Questions; readonly repairing: Repairing } | undefined;
  /** Undefined: nothing is counted. */
  readonly counting?: (() => Counting) | undefined;
  /** Told when something could not be counted, and the world is not to blame. */
  onFault(error: unknown): void;
  /** Leaves word in the data folder; the returned function takes it away. */
  announce(url: string, token: string): () => void;
  close(isClean: boolean): Promise<void>;
}

/** The store that the settings name, with what analytics keeps in it. */
export async function openStore(config: Config, clock: Clock, logger: Logger): Promise<OpenStore> {
  const faults = new FaultLog({ clock, logger, what: 'counting messages' });
  switch (config.store) {
    case 'memory':
      return openMemory(config, clock, faults);
    case 'none':
      return withoutFolder(noneStore, faults);
    case 'sqlite':
      return openSqlite(config, clock, logger, faults);
  }
}

async function openSqlite({ dataDir, analytics }: Config, clock: Clock, logger: Logger, faults: FaultLog): Promise<OpenStore> {
  const onFault = (error: unknown) => faults.failed(error);
  const report = (what: StoreReport) => logReport(logger, what);
  const lock = await lockDataDir(dataDir);
  try {
    const store = await openSqliteStore(dataDir, { clock, onBug: onFault, report, analytics: analytics ? countingWriter : undefined });
    const questions = analytics ? questionsInThread(dataDir, () => store.asked()) : undefined;
    return {
      store,
      liveFacts: { write: (facts, lived) => store.countLive(facts, lived) },
      questions: questions && { questions, repairing: store },
      counting: analytics ? () => ({ uncounted: store.uncounted(), faults: faults.faults, isFailing: faults.isFailing }) : undefined,
      onFault,
      announce: (url, token) => announceServer(dataDir, { url, token }),
      async close(isClean) {
        await questions?.close();
        await store.close(isClean);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function openMemory(config: Config, clock: Clock, faults: FaultLog): OpenStore {
  if (!config.analytics) return withoutFolder(new MemoryStore(), faults);
  const analytics = new MemoryAnalytics(clock, ENGINE_LIMITS, (error) => faults.failed(error));
  const store = new MemoryStore(undefined, (events) => analytics.inserted(events));
  const counting = () => ({ uncounted: analytics.uncounted(), faults: faults.faults, isFailing: faults.isFailing });
  const close = async (isClean: boolean) => {
    await analytics.close();
    await store.close(isClean);
  };
  return {
    ...withoutFolder(store, faults),
    liveFacts: analytics,
    questions: { questions: analytics, repairing: analytics },
    counting,
    close,
  };
}

function withoutFolder(store: Store, faults: FaultLog): OpenStore {
  return { store, onFault: (error) => faults.failed(error), announce: () => () => {}, close: (isClean) => store.close(isClean) };
}

function logReport(logger: Logger, report: StoreReport): void {
  switch (report.kind) {
    case 'migrating': {
      const { toVersion, lastVersion, messages } = report;
      logger.info({ toVersion, lastVersion, messages }, 'bringing the database up to date, which takes a large one some seconds');
      return;
    }
    case 'migrated':
      logger.info({ version: report.version }, 'the database is up to date');
      return;
    case 'behind':
      logger.info({ messages: report.messages }, 'stored messages wait to be counted, beside the chat');
      return;
    case 'left unmerged':
      logger.warn({ err: report.error }, 'what was stored last could not be counted; the next start does it');
  }
}
