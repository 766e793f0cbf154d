import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a server says how to reach it: `{"url": "http://127.0.0.1:8080", "pid": 4711}`. */
const ADDRESS_FILE = 'server.json';
/** The administrator's token of the running server; readable for its owner alone. */
export const TOKEN_FILE = 'admin-token';

export interface RunningServer {
  /** Without a slash at its end; an address that this machine can reach. */
  readonly url: string;
  readonly token: string;
}

export type FoundServer =
  | ({ readonly kind: 'found'; readonly pid: number | undefined } & RunningServer)
  /** Nobody left anything there. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly message: string };

/**
 * Leaves the address and the token in the data folder for tools of the same machine. Call it once the server listens and holds the
 * folder's lock. The returned function takes both away again; what a crash leaves behind is replaced by the next server.
 */
export function announceServer(dir: string, server: RunningServer): () => void {
  writePrivate(join(dir, TOKEN_FILE), `${server.token}\n`);
  writePrivate(join(dir, ADDRESS_FILE), `${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
  return () => forgetServer(dir);
}

/** Takes away what a server left. For whoever holds the folder's lock: then it is stale. */
export function forgetServer(dir: string): void {
  rmSync(join(dir, ADDRESS_FILE), { force: true });
  rmSync(join(dir, TOKEN_FILE), { force: true });
}

/** What the last server left. Whether it still runs is what the lock of the folder says. */
export function findServer(dir: string): FoundServer {
  try {
    const address: unknown = JSON.parse(readFileSync(join(dir, ADDRESS_FILE), 'utf8'));
    const token = readToken(join(dir, TOKEN_FILE));
    if (!isAddress(address) || token === '') return { kind: 'unreadable', message: `${join(dir, ADDRESS_FILE)} is damaged` };
    return { kind: 'found', url: address.url, token, pid: address.pid };
  } catch (error) {
    if (isMissing(error)) return { kind: 'none' };
    return { kind: 'unreadable', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The token in a file, without the line end. Throws when it cannot be read. */
export function readToken(path: string): string {
  return readFileSync(path, 'utf8').trim();
}

/** Written beside and renamed, so that nobody reads half of it, and never for a moment readable for others. */
function writePrivate(path: string, text: string): void {
  const fresh = `${path}.${randomUUID()}`;
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
}

function isAddress(value: unknown): value is { readonly url: string; readonly pid: number | undefined } {
  return typeof value === 'object' && value !== null && 'url' in value && typeof value.url === 'string' && URL.canParse(value.url);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
