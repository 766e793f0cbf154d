import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';

/**
 * Hands bytes to the kernel at once, without a stream between. Returns how many it took; negative (`-errno`) when it took none. The
 * descriptor must be a socket that is open and the caller's own: see WsSocket.
 */
export type DirectSend = (fd: number, bytes: Uint8Array) => number;

/** How bytes get to the kernel. Both ways do the same; the direct one costs less. */
export type Sending = { readonly kind: 'direct'; readonly send: DirectSend } | { readonly kind: 'streams'; readonly reason: string };

/** Where packages/server/native/build.mjs leaves what it made. */
const BUILT = fileURLToPath(new URL('../../native/build/', import.meta.url));

/** Loads the native function, if it is wanted and was built here. */
export function loadDirectSend(setting: Config['directSend'], folder: string = BUILT): Sending {
  if (setting === 'off') return { kind: 'streams', reason: 'DIRECT_SEND is off' };
  const binary = join(folder, 'send.node');
  if (!existsSync(binary)) return { kind: 'streams', reason: readFailure(folder) ?? 'not built yet (node scripts/bootstrap.mjs)' };
  try {
    const { send } = createRequire(import.meta.url)(binary) as { readonly send: DirectSend };
    return { kind: 'direct', send };
  } catch (error) {
    return { kind: 'streams', reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

/** Why the build made nothing; undefined when there was none. */
function readFailure(folder: string): string | undefined {
  try {
    const { failure } = JSON.parse(readFileSync(join(folder, 'outcome.json'), 'utf8')) as { readonly failure?: unknown };
    return typeof failure === 'string' ? failure : undefined;
  } catch {
    return undefined;
  }
}
