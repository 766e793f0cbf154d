import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSource, type Source } from './source.ts';

const ROOTS = ['packages', 'apps', 'scripts', 'bench', 'test'];
const SKIPPED = new Set(['node_modules', 'dist', 'results', '.git']);
const SOURCE = /\.(ts|tsx|mts|mjs)$/;

/** Reads every source file below a workspace; paths are relative to it, with forward slashes. */
export function readTree(root: string): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>();
  const walk = (folder: string) => {
    for (const entry of entriesOf(join(root, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(path);
      else if (entry.isFile() && SOURCE.test(entry.name)) sources.set(path, readSource(path, readFileSync(join(root, path), 'utf8')));
    }
  };
  for (const folder of ROOTS) walk(folder);
  return sources;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Test code: bound by no import rule, but by size and cycles. */
export const isTestCode = (path: string): boolean =>
  /\.(test|contract|bench)\.tsx?$/.test(path) || /^(packages|apps)\/[^/]+\/(test|e2e)\//.test(path) || path.startsWith('test/');

/** Product sources: what the import table is about. */
export const isProduct = (path: string): boolean => /^(packages|apps)\/[^/]+\/src\//.test(path) && !isTestCode(path);
