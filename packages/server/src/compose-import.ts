import { join } from 'node:path';
import { countingWriter } from './compose-analytics.ts';
import { createImporter } from './import/importer.ts';
import type { ImportTarget, OpenedTarget } from './import/port.ts';
import { findServer, forgetServer, type RunningServer, readToken, TOKEN_FILE } from './import/running-server.ts';
import { importThroughServer } from './import/server-client.ts';
import { DataDirError, type Lock, lockDataDir } from './store/data-dir-lock.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import type { Clock } from './util/clock.ts';

export interface ImportChoice {
  readonly store: 'sqlite' | 'memory' | 'none';
  readonly dataDir: string;
  /** Count what is imported at once, rather than at the next start of a server. */
  readonly analytics: boolean;
  /** Undefined: the server that holds the data folder, or none. */
  readonly url: string | undefined;
  /** Undefined: the one in the data folder. */
  readonly tokenFile: string | undefined;
  readonly clock: Clock;
}

/** Nothing else competes for this process, so fewer and larger writes than on a server. */
const BATCH_EVENTS = 1000;

/** Where an import goes: through the server that holds the data folder, or straight into the store when nobody does. */
export async function openImportTarget(choice: ImportChoice): Promise<OpenedTarget> {
  try {
    if (choice.url !== undefined) return byUrl(choice.url, choice);
    if (choice.store !== 'sqlite') return failed(`STORE=${choice.store} keeps nothing that an import could go to.`);
    const lock = await lockOrServer(choice.dataDir);
    if ('release' in lock) return opened(await storeTarget(lock, choice));
    return opened(serverTarget(lock));
  } catch (error) {
    return failed(`Cannot import: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function byUrl(url: string, { tokenFile, dataDir }: ImportChoice): OpenedTarget {
  const path = tokenFile ?? join(dataDir, TOKEN_FILE);
  try {
    return opened(serverTarget({ url, token: readToken(path) }));
  } catch (error) {
    return failed(
      `The administrator's token of ${url} is needed: --token-file FILE. ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The kernel's lock says whether somebody holds the folder; what a server left there only says how to reach it. */
async function lockOrServer(dataDir: string): Promise<Lock | RunningServer> {
  try {
    const lock = await lockDataDir(dataDir);
    forgetServer(dataDir);
    return lock;
  } catch (error) {
    if (!(error instanceof DataDirError)) throw error;
    const found = findServer(dataDir);
    if (found.kind === 'found') return found;
    if (found.kind === 'unreadable') throw new Error(`${error.message} Its server cannot be asked: ${found.message}.`);
    throw new Error(`${error.message} No server can be reached through it; if one is just starting, try again.`);
  }
}

async function storeTarget(lock: Lock, { dataDir, analytics, clock }: ImportChoice): Promise<ImportTarget> {
  try {
    const store = await openSqliteStore(dataDir, { clock, analytics: analytics ? countingWriter : undefined });
    const importer = createImporter({ store, clock, onImported: () => undefined });
    return {
      name: `the store in ${dataDir}`,
      importPieces: (pieces, options) => importer.importLines(pieces, { ...options, batchEvents: BATCH_EVENTS }),
      async close() {
        await store.close(true);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function serverTarget(server: RunningServer): ImportTarget {
  return {
    name: `the server at ${server.url}`,
    importPieces: (pieces, options) => importThroughServer(server, pieces, options),
    close: async () => undefined,
  };
}

const opened = (target: ImportTarget): OpenedTarget => ({ kind: 'opened', target });
const failed = (message: string): OpenedTarget => ({ kind: 'failed', message });
