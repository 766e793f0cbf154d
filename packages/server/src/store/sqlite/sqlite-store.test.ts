import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '../store.contract.ts';
import { openSqliteStore } from './sqlite-store.ts';

storeContract('sqlite', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hubbub-store-'));
  let store = await openSqliteStore(dir, { synchronous: 'normal' });
  return {
    store,
    reopen: async (isClean) => {
      await store.close(isClean).catch(() => {});
      store = await openSqliteStore(dir, { synchronous: 'normal' });
      return store;
    },
    dispose: async () => {
      await store.close(true).catch(() => {});
      await rm(dir, { recursive: true });
    },
  };
});
