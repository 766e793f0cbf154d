import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sourceOf } from './source.ts';

const TEXT = Array.from({ length: 20_000 }, (_, n) => `{"n":${n},"x":"${(n * 7919).toString(36)}"}\n`).join('');

async function* pieces(bytes: Uint8Array, size = 16_384): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What came out before the end, and what the end was. */
async function readAll(name: string, bytes: Uint8Array, size?: number): Promise<{ text: string; failure: string | undefined }> {
  const parts: Uint8Array[] = [];
  let failure: string | undefined;
  try {
    for await (const chunk of sourceOf(name, pieces(bytes, size), bytes.length).chunks) parts.push(Buffer.from(chunk));
  } catch (error) {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return { text: Buffer.concat(parts).toString(), failure };
}

describe('a source', () => {
  it('is gunzipped when its first bytes say so, whatever its name', async () => {
    expect(await readAll('log.jsonl', gzipSync(TEXT))).toEqual({ text: TEXT, failure: undefined });
  });

  it('is told by its first two bytes even when they come one by one', async () => {
    expect((await readAll('-', gzipSync('{}\n'), 1)).text).toBe('{}\n');
    expect((await readAll('-', Buffer.from('{}\n'), 1)).text).toBe('{}\n');
  });

  it('is plain text when it was decompressed on the way and kept its name', async () => {
    expect(await readAll('log.jsonl.gz', Buffer.from(TEXT))).toEqual({ text: TEXT, failure: undefined });
  });

  it('is refused when it is called .gz and is neither gzip nor text', async () => {
    expect((await readAll('log.gz', Buffer.from('PK\u0003\u0004'))).failure).toBe('SourceFailed: log.gz ends in .gz but is not gzip');
  });

  it('may be empty, or several gzip files in a row', async () => {
    expect(await readAll('log.gz', Buffer.alloc(0))).toEqual({ text: '', failure: undefined });
    expect((await readAll('log.gz', Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]))).text).toBe('a\nb\n');
  });

  it('may be padded behind its gzip data', async () => {
    for (const size of [7, 16_384]) {
      const padded = Buffer.concat([gzipSync('a\n'), Buffer.alloc(1_000)]);
      expect(await readAll('log.gz', padded, size)).toEqual({ text: 'a\n', failure: undefined });
    }
  });

  it('that is cut off gives all that can be decompressed, then says so', async () => {
    const whole = gzipSync(TEXT);
    for (const size of [1_000, 16_384, whole.length]) {
      const cut = await readAll('log.gz', whole.subarray(0, whole.length - 9), size);
      expect(cut.failure).toBe('SourceFailed: log.gz is cut off: the gzip stream has no end');
      expect(TEXT.startsWith(cut.text)).toBe(true);
      expect(cut.text.length).toBeGreaterThan(TEXT.length - 300);
    }
  });

  it('that is damaged gives what came before the damage, then says so', async () => {
    const bytes = gzipSync(TEXT);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 64);
    const { text, failure } = await readAll('log.gz', bytes);
    expect(failure).toMatch(/^SourceFailed: log\.gz is damaged: /);
    expect(text.length).toBeGreaterThan(TEXT.length / 4);
  });

  it('whose disk fails says which one it was', async () => {
    // biome-ignore lint/correctness/useYield: it only fails
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error('EIO: i/o error, read');
    }
    const read = async () => {
      for await (const _ of sourceOf('log', broken(), 7).chunks);
    };
    await expect(read()).rejects.toThrow('log cannot be read: EIO: i/o error, read');
  });

  it('counts the bytes of the file, not those of the text', async () => {
    const bytes = gzipSync(TEXT);
    const source = sourceOf('log.gz', pieces(bytes), bytes.length);
    for await (const _ of source.chunks);
    expect(source.bytesRead()).toBe(bytes.length);
  });
});
