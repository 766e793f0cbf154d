import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface LockEntry {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where Node would look for a package that is asked for from this place. */
function placesFor(name: string, from: string): string[] {
  const parts = from.split('/node_modules/');
  return parts.map((_, index) => [...parts.slice(0, index + 1), name].join('/node_modules/')).concat(`node_modules/${name}`);
}

it('the lock file has the binaries of every platform: a registry that lacked one would break `npm ci` for all', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockEntry> };
  const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ name, path })),
  );
  expect(wanted.length).toBeGreaterThan(50);
  expect(wanted.filter(({ name, path }) => !placesFor(name, path).some((place) => place in packages))).toEqual([]);
});
