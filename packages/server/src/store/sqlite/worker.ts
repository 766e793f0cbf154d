/** One thread with one connection: the writer or the reader. It opens the database when it is first asked something. */
import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from './failure.ts';
import { type DatabaseOptions, openDatabase } from './open-database.ts';
import { Reader } from './reader.ts';
import type { Call } from './worker-client.ts';
import { Writer } from './writer.ts';

const { role, options } = workerData as { readonly role: 'writer' | 'reader'; readonly options: DatabaseOptions };
let target: Writer | Reader | undefined;

function open(): Writer | Reader {
  const db = openDatabase(options, role === 'reader');
  try {
    return role === 'writer' ? new Writer(db) : new Reader(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function run([number, operation, values]: Call): void {
  try {
    target ??= open();
    const method = Reflect.get(target, operation) as (...values: readonly unknown[]) => unknown;
    parentPort?.postMessage([number, method.apply(target, [...values])]);
  } catch (error) {
    parentPort?.postMessage([number, undefined, toFailure(error)]);
  }
}

parentPort?.on('message', run);
