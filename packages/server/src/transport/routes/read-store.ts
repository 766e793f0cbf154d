import { BadCursor, StoreUnavailable } from '../../store/store.ts';
import { type Answer, refused } from '../answer.ts';
import type { StorageState } from '../http-deps.ts';

/** Asks the store; what it can refuse with becomes an answer. `cursorName`: the query parameter that the cursor came in. */
export async function readStore(storageState: () => StorageState, cursorName: string, ask: () => Promise<Answer>): Promise<Answer> {
  if (storageState() === 'disabled') return refused('storage_unavailable', 'This server keeps no messages.');
  try {
    return await ask();
  } catch (error) {
    if (error instanceof BadCursor) return badCursor(cursorName);
    if (error instanceof StoreUnavailable) return refused('storage_unavailable', 'The store is away; try again.', 5000);
    throw error;
  }
}

export function badCursor(name: string): Answer {
  return refused('bad_request', `The query parameter "${name}" is no cursor of this server.`);
}
