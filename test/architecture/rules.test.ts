import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { check, type RuleName } from './rules.ts';
import { readTree } from './tree.ts';

const S = 'packages/server/src';
const WORLD = {
  'packages/protocol/src/index.ts': 'export const LIMIT = 1;',
  'packages/sketch/src/index.ts': 'export const SKETCH = 1;',
  [`${S}/config.ts`]: 'export const port = process.env.PORT;',
  [`${S}/util/clock.ts`]: 'export const now = () => Date.now() + performance.now(); setTimeout(now, 1);',
  [`${S}/ops/logger.ts`]: 'export const log = () => console.log(1);',
  [`${S}/bus/bus.ts`]: "import type { LIMIT } from '@hubbub/protocol'; export type Bus = typeof LIMIT;",
  [`${S}/store/store.ts`]: "import type { Bus } from '../bus/bus.ts'; export type Store = Bus;",
  [`${S}/bus/memory-bus.ts`]: "import type { Bus } from './bus.ts'; export const bus: Bus = 1;",
  [`${S}/store/memory-store.ts`]: "import type { Store } from './store.ts'; export const store: Store = 1;",
  [`${S}/store/sqlite/store.ts`]: "import { DatabaseSync } from 'node:sqlite'; export const store = DatabaseSync;",
  [`${S}/store/store.contract.ts`]: "import { it } from 'vitest'; it('x', () => {}); export const suite = 1;",
  [`${S}/hub/hub.ts`]: "import type { Store } from '../store/store.ts'; export const hub: Store = 1;",
  [`${S}/hub/directory.ts`]: 'export type Directory = 1;',
  [`${S}/connection/connection.ts`]: "import { hub } from '../hub/hub.ts'; export const connection = hub;",
  [`${S}/transport/ws-socket.ts`]: "import { connection } from '../connection/connection.ts'; import 'ws'; export const x = connection;",
  [`${S}/analytics/live.ts`]: "import { SKETCH } from '@hubbub/sketch'; export const live = SKETCH;",
  [`${S}/compose.ts`]:
    "import { bus } from './bus/memory-bus.ts'; import { store } from './store/sqlite/store.ts'; export const all = [bus, store];",
  [`${S}/main.ts`]: "import { all } from './compose.ts'; all;",
};

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Checks a small tree that is in order, with the planted files added. */
function rulesBroken(planted: Record<string, string>): readonly RuleName[] {
  const root = mkdtempSync(join(tmpdir(), 'hubbub-architecture-'));
  folders.push(root);
  for (const [path, text] of Object.entries({ ...WORLD, ...planted })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return check(readTree(root)).map(({ rule }) => rule);
}

const planted = (path: string, text: string) => rulesBroken({ [path]: text });

describe('the architecture test', () => {
  it('finds nothing in a tree that is in order', () => {
    expect(rulesBroken({})).toEqual([]);
  });

  it.each<[RuleName, string, string, string]>([
    ['table', 'protocol imports nothing', 'packages/protocol/src/a.ts', "import '@hubbub/sketch';"],
    ['external', 'protocol knows no Node', 'packages/protocol/src/a.ts', "import { randomUUID } from 'node:crypto';"],
    ['external', 'sketch has no dependency', 'packages/sketch/src/a.ts', "import 'hdr-histogram-js';"],
    ['external', 'the client knows no Node', 'packages/client/src/a.ts', "import 'node:net';"],
    ['external', 'the client knows no react', 'packages/client/src/a.ts', "import { useState } from 'react';"],
    ['unresolved', 'web does not import the server', 'apps/web/src/a.ts', "import '../../../packages/server/src/main.ts';"],
    ['table', 'hub does not import transport', `${S}/hub/a.ts`, "import '../transport/ws-socket.ts';"],
    [
      'table',
      'hub does not import connection, not even a type',
      `${S}/hub/a.ts`,
      "import type { connection } from '../connection/connection.ts';",
    ],
    ['table', 'a type inside a type is an import', `${S}/hub/a.ts`, "export type C = import('../connection/connection.ts').connection;"],
    ['table', 'a re-export is an import', `${S}/hub/a.ts`, "export * from '../analytics/live.ts';"],
    ['table', 'a named re-export is an import', `${S}/hub/a.ts`, "export { live } from '../analytics/live.ts';"],
    ['table', 'a dynamic import is an import', `${S}/hub/a.ts`, "await import('../store/sqlite/store.ts');"],
    ['table', 'a template is a name too', `${S}/hub/a.ts`, 'await import(`../store/sqlite/store.ts`);'],
    ['table', 'a worker file is an import', `${S}/hub/a.ts`, "new Worker(new URL('../store/sqlite/store.ts', import.meta.url));"],
    ['external', 'hub knows no ws', `${S}/hub/a.ts`, "import 'ws';"],
    ['external', 'hub knows no http', `${S}/hub/a.ts`, "import 'node:http';"],
    ['external', 'hub knows no sqlite', `${S}/hub/a.ts`, "import 'node:sqlite';"],
    ['table', 'transport reaches the hub through its directory alone', `${S}/transport/a.ts`, "import '../hub/hub.ts';"],
    ['table', 'transport names no adapter', `${S}/transport/a.ts`, "import '../bus/memory-bus.ts';"],
    ['table', 'main names no adapter', `${S}/main.ts`, "import './bus/memory-bus.ts';"],
    ['table', 'an adapter does not import the hub', `${S}/bus/redis-bus.ts`, "import '../hub/hub.ts';"],
    ['table', 'an adapter does not import analytics', `${S}/store/dynamo/store.ts`, "import '../../analytics/live.ts';"],
    ['stranger', 'an adapter does not import another', `${S}/store/sqlite/a.ts`, "import '../memory-store.ts';"],
    ['table', 'analytics does not import the hub', `${S}/analytics/a.ts`, "import '../hub/hub.ts';"],
    ['table', 'write-behind names no adapter', `${S}/store/write-behind.ts`, "import './memory-store.ts';"],
    ['table', 'util is a leaf', `${S}/util/a.ts`, "import '@hubbub/protocol';"],
    ['table', 'import reads no configuration', `${S}/import/a.ts`, "import '../config.ts';"],
    ['test-code', 'no source imports a contract suite', `${S}/store/sqlite/a.ts`, "import '../store.contract.ts';"],
    ['unresolved', 'no package is entered by its back door', `${S}/hub/a.ts`, "import '../../../protocol/src/index.ts';"],
    ['unresolved', 'an import leads somewhere', `${S}/hub/a.ts`, "import './gone.ts';"],
    ['opaque', 'an import can be read', `${S}/hub/a.ts`, 'const name = "x"; await import(name);'],
    ['zone', 'every file has a place', `${S}/helpers/a.ts`, 'export {};'],
    ['parse', 'a file that cannot be read is not in order', `${S}/hub/a.ts`, 'const = 1;'],
    ['reserved', 'the environment', `${S}/hub/a.ts`, 'export const a = process.env.X;'],
    ['reserved', 'the environment, by brackets', `${S}/hub/a.ts`, "export const a = globalThis.process['env'];"],
    ['reserved', 'the environment, taken apart', `${S}/hub/a.ts`, 'const { env } = process; env;'],
    ['reserved', 'the environment, imported', `${S}/transport/a.ts`, "import { env } from 'node:process'; env;"],
    ['reserved', 'Date.now', `${S}/hub/a.ts`, 'export const a = Date.now();'],
    ['reserved', 'Date.now, handed on', `${S}/hub/a.ts`, 'export const a = { now: Date.now };'],
    ['reserved', 'new Date()', `${S}/hub/a.ts`, 'export const a = new Date();'],
    ['reserved', 'performance.now', `${S}/hub/a.ts`, 'export const a = performance.now();'],
    ['reserved', 'setTimeout', `${S}/hub/a.ts`, 'setTimeout(() => {}, 1);'],
    ['reserved', 'setTimeout, renamed', `${S}/hub/a.ts`, 'const later = setTimeout; later;'],
    ['reserved', 'setInterval', `${S}/hub/a.ts`, 'globalThis.setInterval(() => {}, 1);'],
    ['reserved', 'setImmediate', `${S}/hub/a.ts`, 'setImmediate(() => {});'],
    ['reserved', 'timers, imported', `${S}/transport/a.ts`, "import { setTimeout as sleep } from 'node:timers/promises'; sleep(1);"],
    ['reserved', 'console', `${S}/hub/a.ts`, "console.error('x');"],
    ['cycle', 'two files', `${S}/hub/a.ts`, "import './b.ts';"],
    ['cycle', 'types alone', `${S}/hub/a.ts`, "import type { B } from './b.ts';"],
    ['cycle', 'a file and itself', `${S}/hub/a.ts`, "import './a.ts';"],
    ['size', 'a long file', `${S}/hub/a.ts`, '// just long\n'.repeat(401)],
  ])('catches (%s): %s', (rule, _name, path, text) => {
    const extra = rule === 'cycle' ? { [`${S}/hub/b.ts`]: "import './a.ts'; export type B = 1;" } : {};
    const broken = rulesBroken({ [path]: text, ...extra });
    expect(broken.length).toBeGreaterThan(0);
    expect(new Set(broken)).toEqual(new Set([rule]));
  });

  it('catches one web feature in another', () => {
    const broken = rulesBroken({ 'apps/web/src/features/a/x.ts': "import '../b/y.ts';", 'apps/web/src/features/b/y.ts': 'export {};' });
    expect(broken).toEqual(['stranger']);
  });

  it('shows a cycle once, by its shortest way', () => {
    const found = rulesBroken({
      [`${S}/hub/a.ts`]: "import './b.ts';",
      [`${S}/hub/b.ts`]: "import './c.ts';",
      [`${S}/hub/c.ts`]: "import './a.ts'; import './b.ts';",
    });
    expect(found).toEqual(['cycle']);
  });

  it.each([
    ['comments', '// process.env.X; console.log(1)\n/* import "ws"; setTimeout(1) */\nexport {};'],
    ['strings', 'export const a = "console.log(Date.now())" + `import "node:http"; process.env`;'],
    ['properties of that name', 'export const a = (c: { setTimeout(): void; now(): number }) => [c.setTimeout(), c.now()];'],
    ['a date of a given time', 'export const a = new Date(0).toISOString();'],
    ['files that are no sources', "export const a = [new URL('./a.sql', import.meta.url), new URL('./sql/', import.meta.url)];"],
    ['a reason for length', `// Over 400 lines because it is one table.\n${'// x\n'.repeat(400)}export {};`],
  ])('is not misled by %s', (_name, text) => {
    expect(planted(`${S}/hub/a.ts`, text)).toEqual([]);
  });

  it('leaves tests and their kit alone', () => {
    expect(planted(`${S}/hub/hub.test.ts`, "import 'vitest'; import '../store/store.contract.ts'; console.log(Date.now());")).toEqual([]);
  });
});
