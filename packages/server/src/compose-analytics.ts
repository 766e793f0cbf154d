import { join } from 'node:path';
import type { Questions } from './analytics/questions.ts';
import type { Answering } from './compose-questions.ts';
import { DATABASE_FILE } from './store/sqlite/sqlite-store.ts';
import { WorkerClient } from './store/sqlite/worker-client.ts';

/** As compiled and as written: threads run files beside this one. */
const fileOf = (name: string): URL => new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** For a store that counts: what its writer's thread runs. */
export const countingWriter = { writer: fileOf('compose-store-writer') };

/** Questions go to a thread of their own, so that a long one holds up neither commits nor history. It starts with the first. */
export function questionsInThread(dataDir: string, ready: () => Promise<void>): Questions {
  const database = { path: join(dataDir, DATABASE_FILE), synchronous: 'normal' } as const;
  const thread = new WorkerClient<Answering>({ role: 'questions', database }, fileOf('compose-questions'));
  return {
    ready,
    ask: (question, context) => thread.call('answer', question, context),
    beginRecount: (question, context) => thread.call('beginRecount', question, context),
    stepRecount: () => thread.call('stepRecount'),
    close: () => thread.close(),
  };
}
