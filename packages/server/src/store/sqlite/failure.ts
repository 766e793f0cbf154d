import { BadCursor, StoreUnavailable } from '../store.ts';

/** What a worker says when a call failed: errors lose their class between threads. */
export interface Failure {
  readonly kind: 'unavailable' | 'bad_cursor' | 'bug';
  readonly message: string;
}

/** SQLite's primary result codes that are the world's fault, not ours: https://sqlite.org/rescode.html */
const UNAVAILABLE: ReadonlyMap<number, string> = new Map([
  [5, 'the database is locked by another process'],
  [6, 'the database is locked'],
  [7, 'out of memory'],
  [8, 'the database file is read-only'],
  [9, 'interrupted'],
  [10, 'the disk failed'],
  [11, 'the database file is damaged'],
  [13, 'the disk is full'],
  [14, 'the database file cannot be opened'],
  [15, 'the database lock protocol failed'],
  [22, 'the file is too large for this system'],
  [26, 'the file is not a database'],
]);

export function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BadCursor) return { kind: 'bad_cursor', message };
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined;
  const reason = code === undefined ? undefined : UNAVAILABLE.get(code & 0xff);
  return reason === undefined ? { kind: 'bug', message } : { kind: 'unavailable', message: `${reason} (${message}, SQLite ${code})` };
}

export function fromFailure(failure: Failure): Error {
  if (failure.kind === 'unavailable') return new StoreUnavailable(failure.message);
  return failure.kind === 'bad_cursor' ? new BadCursor(failure.message) : new Error(failure.message);
}
