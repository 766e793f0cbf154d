import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

const THREAD = `
  const { readlinkSync } = require('node:fs');
  const { getPriority } = require('node:os');
  const { basename } = require('node:path');
  const { parentPort, workerData } = require('node:worker_threads');
  const own = () => getPriority(Number(basename(readlinkSync('/proc/thread-self'))));
  const before = own();
  import(workerData).then(({ giveWay }) => {
    giveWay();
    parentPort.postMessage([before, own()]);
  });
`;

it.skipIf(process.platform !== 'linux')('a thread that gives way lets the others go before it, and nobody else does', async () => {
  const worker = new Worker(THREAD, { eval: true, workerData: new URL('./give-way.ts', import.meta.url).href });
  const [[before, after]] = await once(worker, 'message');
  await worker.terminate();
  expect([before, after]).toEqual([getPriority(), Math.max(10, getPriority())]);
  expect(getPriority()).toBe(before);
});
