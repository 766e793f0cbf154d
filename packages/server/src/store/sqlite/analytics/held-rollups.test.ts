import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { RollupKey } from '../../../analytics/rollup/port.ts';
import { migrate } from '../migrations.ts';
import { openDatabase } from '../open-database.ts';
import { HeldRollups } from './held-rollups.ts';
import { SqliteRollups } from './sqlite-rollups.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

function opened(maxBytes?: number) {
  const dir = mkdtempSync(join(tmpdir(), 'hubbub-held-'));
  dirs.push(dir);
  const options = { path: join(dir, 'hubbub.db'), synchronous: 'normal' } as const;
  const writing = openDatabase(options, false);
  migrate(writing);
  const reading = openDatabase(options, true);
  const written = new SqliteRollups(writing);
  const held = new HeldRollups(reading, maxBytes);
  const put = (container: number, text: string | undefined, more: Partial<RollupKey> = {}): void => {
    const key: RollupKey = { family: 'counts', scope: 0, level: 'day', container, chunk: 0, ...more };
    written.put(key, text === undefined ? undefined : new TextEncoder().encode(text));
  };
  const read = (first: number, last: number, scope = 0): string[] =>
    held.containers('counts', scope, 'day', first, last).map(({ container, body }) => `${container} ${new TextDecoder().decode(body)}`);
  return { put, read, held, writing, reading, close: () => [writing, reading].forEach((db) => void db.close()) };
}

it('shows what the file has, whatever was read before and whoever wrote since', () => {
  const { put, read, writing, reading, close } = opened();
  put(1, 'a');
  put(3, 'c');
  expect(read(1, 2)).toEqual(['1 a']);
  expect(read(0, 5)).toEqual(['1 a', '3 c']);
  put(2, 'b');
  put(3, 'd');
  expect(read(2, 3)).toEqual(['2 b', '3 d']);
  expect(read(0, 5)).toEqual(['1 a', '2 b', '3 d']);
  put(1, undefined);
  reading.exec('begin');
  expect(read(0, 9)).toEqual(['2 b', '3 d']);
  writing.exec('begin');
  put(2, 'e');
  writing.exec('commit');
  expect(read(0, 9)).toEqual(['2 b', '3 d']);
  reading.exec('commit');
  expect(read(0, 9)).toEqual(['2 e', '3 d']);
  close();
});

it('keeps the array of what has not changed', () => {
  const { put, held, close } = opened();
  const bodies = () => held.containers('counts', 0, 'day', 0, 9).map(({ body }) => body);
  put(1, 'a');
  put(2, 'b');
  const [first] = bodies();
  put(2, 'c');
  const [again, other] = bodies();
  expect(again).toBe(first);
  expect(bodies()[1]).toBe(other);
  close();
});

it('lets go what was asked for longest ago where there is no room', () => {
  const { put, held, close } = opened(500);
  for (const scope of [1, 2, 3]) put(1, 'x', { scope });
  const bodyOf = (scope: number) => held.containers('counts', scope, 'day', 0, 9)[0]?.body;
  const [one, two] = [bodyOf(1), bodyOf(2)];
  expect(bodyOf(1)).toBe(one);
  bodyOf(3);
  expect(bodyOf(1)).toBe(one);
  expect(bodyOf(2)).not.toBe(two);
  close();
});
