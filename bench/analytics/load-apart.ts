import { Worker } from 'node:worker_threads';
import type { LoadOrder, LoadWord } from './load-thread.ts';

type Loaded = Extract<LoadWord, { kind: 'loaded' }>;

/** Most of what is made in a piece is garbage when it is over: with a nursery as large as this little of it is ever copied. */
const LIMITS = { maxYoungGenerationSizeMb: 384, maxOldGenerationSizeMb: 8192 };
const SAID_EVERY_S = 10;

/** Runs a load in a thread of its own, says how far it is and when it may be done, and gives it up after so many minutes. */
export function loadApart(order: LoadOrder, mostMinutes: number): Promise<Omit<Loaded, 'kind'>> {
  const { messages } = order.chat;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('load-thread.ts', import.meta.url), { workerData: order, resourceLimits: LIMITS });
    const timer = setTimeout(() => {
      reject(new Error(`the load took more than ${mostMinutes} minutes (--minutes)`));
      void worker.terminate();
    }, mostMinutes * 60_000);
    let said = Number.NEGATIVE_INFINITY;
    worker.on('message', (word: LoadWord) => {
      if (word.kind === 'loaded') {
        clearTimeout(timer);
        resolve(word);
        return;
      }
      const { what, done, seconds } = word;
      if (done < messages && seconds - said < SAID_EVERY_S && seconds > said) return;
      said = seconds;
      const left = (seconds / done) * (messages - done);
      process.stderr.write(
        `${what.padEnd(9)} ${done.toLocaleString('en-US').padStart(11)} of ${messages.toLocaleString('en-US')} in ${seconds.toFixed(0)} s, ` +
          `${((seconds * 1e6) / done).toFixed(1)} µs a message, ${left.toFixed(0)} s to go\n`,
      );
    });
    worker.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
