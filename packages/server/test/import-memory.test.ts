import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createImporter, type ImportProgress } from '../src/import/importer.ts';
import { systemClock } from '../src/util/clock.ts';

/** Lines of about 1 KB without an id. */
async function* lines(count: number): AsyncGenerator<string> {
  const content = 'x'.repeat(900);
  for (let n = 0; n < count; n += 1) {
    yield `${JSON.stringify({ t: 1_700_000_000_000 + n, room: `r${n % 3}`, user: `u${n % 7}`, content: `${n} ${content}` })}\n`;
  }
}

it('IMPORT-4: an import needs no more memory for a longer file', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const store = { importEvents: async (batch: readonly unknown[]) => batch.map(() => true) };
  const heapAfter = async (count: number): Promise<number> => {
    let most = 0;
    const onProgress = ({ throughLine }: ImportProgress): void => {
      if (throughLine % 5_000 !== 0) return;
      gc();
      most = Math.max(most, process.memoryUsage().heapUsed);
    };
    await createImporter({ store, clock: systemClock, onImported: () => undefined }).importLines(lines(count), { onProgress });
    return most;
  };
  const short = await heapAfter(5_000);
  // 20,000 lines of 1 KB more: held, they would be 20 MB and more.
  expect((await heapAfter(25_000)) - short).toBeLessThan(8 * 1024 * 1024);
});
