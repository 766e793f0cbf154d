import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from './failure.ts';
import type { DatabaseOptions } from './open-database.ts';
import { type Call, NEWS, type ThreadParts } from './worker-client.ts';

/**
 * What a worker thread runs: answers the calls of a WorkerClient, with what it opens when it is first asked something. `tell` says
 * something without being asked.
 */
export function serveThread(open: (database: DatabaseOptions, role: string, tell: (news: unknown) => void) => object): void {
  const { role, database } = workerData as ThreadParts;
  let target: object | undefined;
  const tell = (news: unknown) => parentPort?.postMessage([NEWS, news]);
  parentPort?.on('message', ([number, operation, values]: Call) => {
    try {
      target ??= open(database, role, tell);
      const method = Reflect.get(target, operation) as (...values: readonly unknown[]) => unknown;
      parentPort?.postMessage([number, method.apply(target, [...values])]);
    } catch (error) {
      parentPort?.postMessage([number, undefined, toFailure(error)]);
    }
  });
}
