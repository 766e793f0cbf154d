import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const ENTRY = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const MAX_GZIP_BYTES = 12 * 1024;

it('CLIENT-17: the SDK takes at most 12 KB of a page, minified and gzipped, with the protocol in it', async () => {
  const bundle = await rolldown({ input: ENTRY, platform: 'browser' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const code = output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('');
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`@hubbub/client: ${code.length} bytes minified, ${size} gzipped, of ${MAX_GZIP_BYTES}`);
  expect(size).toBeLessThanOrEqual(MAX_GZIP_BYTES);
  // Nothing that only Node has, and nothing left outside.
  expect(code).not.toMatch(/\bimport\b|\brequire\(/);
});
