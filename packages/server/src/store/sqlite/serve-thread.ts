import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from './failure.ts';
import type { DatabaseOptions } from './open-database.ts';
import type { Call, ThreadParts } from './worker-client.ts';

/** What a worker thread runs: answers the calls of a WorkerClient, with what it opens when it is first asked something. */
export function serveThread(open: (database: DatabaseOptions, role: string) => object): void {
  const { role, database } = workerData as ThreadParts;
  let target: object | undefined;
  parentPort?.on('message', ([number, operation, values]: Call) => {
    try {
      target ??= open(database, role);
      const method = Reflect.get(target, operation) as (...values: readonly unknown[]) => unknown;
      parentPort?.postMessage([number, method.apply(target, [...values])]);
    } catch (error) {
      parentPort?.postMessage([number, undefined, toFailure(error)]);
    }
  });
}
