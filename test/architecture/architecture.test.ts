import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { check } from './rules.ts';
import { isProduct, isTestCode, readTree } from './tree.ts';

const LONG_FILE = 250;
const LONG_FUNCTION = 60;

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const sources = readTree(root);

describe('the architecture', () => {
  it('is read whole', () => {
    expect(sources.has('packages/server/src/events.ts')).toBe(true);
    expect(sources.get('packages/server/src/events.ts')?.imports.length).toBeGreaterThan(0);
  });

  it('has no broken rule and no cycle', () => {
    expect(check(sources).map(({ rule, path, line, message }) => `${path}:${line} [${rule}] ${message}`)).toEqual([]);
  });

  it('shows what has grown', () => {
    const all = [...sources.values()];
    const files = all.filter(({ lines }) => lines > LONG_FILE).map(({ path, lines }) => `${path}: ${lines} lines`);
    const functions = all
      .filter(({ path }) => !isTestCode(path))
      .flatMap((source) => source.functions.filter(({ length }) => length > LONG_FUNCTION).map((each) => ({ ...each, path: source.path })))
      .map(({ path, line, name, length }) => `${path}:${line} ${name}: ${length} lines`);
    const sizes = all
      .filter(({ path }) => isProduct(path))
      .map(({ lines }) => lines)
      .sort((a, b) => a - b);
    const median = sizes[Math.floor(sizes.length / 2)];
    console.log([`${sizes.length} product files, median ${median} lines, longest ${sizes.at(-1)}`, ...files, ...functions].join('\n'));
    expect(sizes.length).toBeGreaterThan(0);
  });
});
