/** One thread with one connection: the reader, or a writer that counts nothing. */
import { openWith } from './open-database.ts';
import { Reader } from './reader.ts';
import { serveThread } from './serve-thread.ts';
import { Writer } from './writer.ts';

serveThread((database, role, tell) =>
  openWith(database, role === 'reader', (db) => (role === 'reader' ? new Reader(db) : new Writer(db, { tell }))),
);
