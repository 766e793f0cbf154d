import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { gunzipChunks } from './gunzip.ts';
import { SourceFailed } from './source-failed.ts';

/** A file, or standard input, as the bytes of its text; gunzipped when it is gzip. */
export interface Source {
  readonly name: string;
  /** Bytes of the file as it lies on the disk; undefined for standard input and pipes. */
  readonly size: number | undefined;
  /** Bytes taken from it so far, before decompression. */
  bytesRead(): number;
  /** Whether it begins as JSON lines do; true as long as nothing was read. */
  looksLikeLines(): boolean;
  /** May be read once. Rejects with SourceFailed. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export const STANDARD_INPUT = '-';

/** Small enough that one chunk of a gzip bomb (1 : 1032) stays under 17 MB. */
const CHUNK_BYTES = 16 * 1024;

export async function openSource(path: string, stdin: Readable): Promise<Source> {
  if (path === STANDARD_INPUT) return sourceOf('standard input', stdin, undefined);
  const status = await statOf(path);
  if (status.isDirectory()) throw new SourceFailed(`${path} is a folder`);
  return sourceOf(path, createReadStream(path, { highWaterMark: CHUNK_BYTES }), status.isFile() ? status.size : undefined);
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new SourceFailed('there is no such file');
    throw error;
  }
}

export function sourceOf(name: string, bytes: AsyncIterable<Uint8Array>, size: number | undefined): Source {
  let count = 0;
  let looksLikeLines = true;
  async function* counted(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        count += chunk.length;
        yield chunk;
      }
    } catch (error) {
      throw new SourceFailed(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  async function* judged(): AsyncGenerator<Uint8Array> {
    let isFirst = true;
    for await (const chunk of decompressed(name, counted())) {
      if (isFirst) looksLikeLines = looksLikeText(chunk);
      isFirst = false;
      yield chunk;
    }
  }
  return { name, size, bytesRead: () => count, looksLikeLines: () => looksLikeLines, chunks: judged() };
}

/** Told by its first bytes: names lie, and standard input has none. */
async function* decompressed(name: string, bytes: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head = await bytes.next();
  while (head.done !== true && head.value.length < 2) {
    const next = await bytes.next();
    if (next.done === true) break;
    head = { done: false, value: Buffer.concat([head.value, next.value]) };
  }
  if (head.done === true) return;
  const whole = prepend(head.value, bytes);
  if (isGzip(head.value)) yield* gunzipChunks(name, whole);
  else if (name.endsWith('.gz') && !looksLikeText(head.value)) throw new SourceFailed(`${name} ends in .gz but is not gzip`);
  else yield* whole;
}

async function* prepend(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Some downloads are decompressed on the way and keep their name. */
function looksLikeText(head: Uint8Array): boolean {
  return head[0] === 0xef || head[0] === 0x7b || head[0] === 0x20 || head[0] === 0x0a || head[0] === 0x0d;
}
