import { MemoryContents, MemoryStore } from './memory-store.ts';
import { storeContract } from './store.contract.ts';

storeContract('memory', async () => {
  const contents = new MemoryContents();
  let store = new MemoryStore(contents);
  return {
    store,
    reopen: async (isClean) => {
      await store.close(isClean);
      store = new MemoryStore(contents);
      return store;
    },
    dispose: async () => {},
  };
});
