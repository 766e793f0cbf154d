import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SNAPSHOT } from '../../../../../test/kit/http-server.ts';
import type { LiveSnapshot } from '../../analytics/snapshot.ts';
import { Snapshot } from './snapshot-schema.ts';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

// Its own type has no common name for what may stand at a key.
const SCHEMA: Node = JSON.parse(JSON.stringify(Snapshot));

const user = { clientId: 'c', userId: 'u', username: 'U', joinedAt: '2026-01-01T00:00:00.000Z' };
/** With one of everything: what is a list has an entry, what may be absent is there. */
const WHOLE: LiveSnapshot = { ...SNAPSHOT.snapshot(), activeUserDetails: [user], approx: { chatters: 0.01 } };

/** `sinceStart.resumes.lost` and so on. Counts by reason have keys of their own, and are leaves. */
function pathsOf(value: unknown, node: Node, path = ''): string[] {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap((item) => pathsOf(item, node.items ?? {}, `${path}[]`));
  if (typeof value !== 'object' || value === null || node.properties === undefined) return [path];
  return Object.entries(value).flatMap(([key, each]) => pathsOf(each, node.properties?.[key] ?? {}, `${path}.${key}`));
}

function pathsOfSchema(node: Node, path = ''): string[] {
  if (node.items !== undefined) return pathsOfSchema(node.items, `${path}[]`);
  if (node.properties === undefined) return [path];
  return Object.entries(node.properties).flatMap(([key, each]) => pathsOfSchema(each, `${path}.${key}`));
}

describe('the schema of the snapshot', () => {
  it('HTTP-10 describes every field of a real one, and none that is not there', () => {
    expect(pathsOfSchema(SCHEMA).sort()).toEqual(pathsOf(WHOLE, SCHEMA).sort());
  });

  it('HTTP-10 has a description for each', () => {
    const { properties } = SCHEMA;
    expect(Object.entries(properties ?? {}).filter(([, { description }]) => description === undefined)).toEqual([]);
  });

  it('has every field in docs/analytics-live.md', () => {
    const text = readFileSync(new URL('../../../../../docs/analytics-live.md', import.meta.url), 'utf8');
    expect(Object.keys(SCHEMA.properties ?? {}).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
