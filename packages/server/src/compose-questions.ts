/** What the thread for questions runs: the query engine on a connection of its own that only reads. */
import { answer } from './analytics/query/answer.ts';
import { Recounts } from './analytics/query/recounts.ts';
import { ZoneDays } from './analytics/query/zone-days.ts';
import { giveWay } from './ops/give-way.ts';
import { SqliteQueryStore } from './store/sqlite/analytics/query-store.ts';
import { openWith } from './store/sqlite/open-database.ts';
import { serveThread } from './store/sqlite/serve-thread.ts';

type Answer = typeof answer;

export interface Answering {
  answer(question: Parameters<Answer>[0], context: Parameters<Answer>[2]): ReturnType<Answer>;
  beginRecount(...asked: Parameters<Recounts['begin']>): ReturnType<Recounts['begin']>;
  stepRecount(): ReturnType<Recounts['step']>;
}

// Chat first, where processors are few.
giveWay();

serveThread((database) =>
  openWith(database, true, (db): Answering => {
    const store = new SqliteQueryStore(db);
    const recounts = new Recounts(store);
    const zoneDays = new ZoneDays();
    return {
      answer: (question, context) => answer(question, store, context, zoneDays),
      beginRecount: (question, context) => recounts.begin(question, context),
      stepRecount: () => recounts.step(),
    };
  }),
);
