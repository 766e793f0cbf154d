import { ERROR_CODES } from '@hubbub/protocol';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeServers, httpServer } from '../../../../test/kit/http-server.ts';
import { QUERY_LIMITS, SERIES_MEASURES, STEPS } from '../analytics/analytics.ts';

afterEach(closeServers);

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly [key: string]: unknown;
}
interface Parameter {
  readonly name: string;
  readonly description?: string;
  readonly explode?: boolean;
  readonly schema: Schema;
}
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
interface Operation {
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
let paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;

beforeAll(async () => {
  const { get } = await httpServer();
  ({ paths } = (await get('/api/openapi.json')).json());
});

const operations = () =>
  Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, of]) => ({ path, method, ...of })));

function parameter(path: string, name: string): Parameter {
  return paths[path]?.get?.parameters?.find((each) => each.name === name) ?? expect.fail(`no ${name} at ${path}`);
}

describe('HTTP-10 the OpenAPI document', () => {
  it('has every path of the API', async () => {
    const { get } = await httpServer();
    const { openapi, paths } = (await get('/api/openapi.json')).json();
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths).sort()).toEqual([
      '/api/admin/import',
      '/api/analytics',
      '/api/analytics/active',
      '/api/analytics/catalogue',
      '/api/analytics/heatmap',
      '/api/analytics/moments',
      '/api/analytics/recount',
      '/api/analytics/retention',
      '/api/analytics/series',
      '/api/analytics/stream',
      '/api/analytics/summary',
      '/api/analytics/top',
      '/api/rooms',
      '/api/rooms/{room}/members',
      '/api/rooms/{room}/messages',
      '/api/users/{user}/messages',
      '/health',
      '/metrics',
      '/ready',
    ]);
    expect(Object.keys(paths['/api/rooms/{room}/messages'])).toEqual(['get', 'post']);
    expect(JSON.stringify(paths)).not.toContain('Default Response');
  });

  it('gives every parameter a type, and every answer but 304 its content', () => {
    for (const { path, method, parameters = [], responses } of operations()) {
      for (const { name, schema } of parameters) expect(schema.type, `${method} ${path} ${name}`).toBeTypeOf('string');
      for (const [status, { content }] of Object.entries(responses))
        expect(status === '304' || content !== undefined, `${method} ${path} ${status}`).toBe(true);
    }
  });

  it('has the words, bounds and defaults of what can be asked about analytics', () => {
    const series = (name: string) => parameter('/api/analytics/series', name);
    expect(series('step').schema.enum).toEqual([...STEPS]);
    expect(series('step').description).toContain('`1s` goes back 15 minutes');
    expect(series('step').description).toContain('2,000 buckets');
    expect(series('measures')).toMatchObject({ explode: false, schema: { type: 'array', default: ['messages', 'activeUsers'] } });
    expect(series('measures').schema.items?.enum).toEqual([...SERIES_MEASURES]);
    expect(series('tz').schema.default).toBe('UTC');
    const top = (name: string) => parameter('/api/analytics/top', name).schema;
    expect(top('limit')).toMatchObject({ type: 'integer', minimum: 1, maximum: QUERY_LIMITS.items, default: QUERY_LIMITS.defaultItems });
    expect(top('what')).toMatchObject({ enum: ['users', 'rooms', 'terms', 'emoji'], default: 'users' });
  });

  it('lists the error codes of each status, and none that this version never sends', () => {
    const listed = new Set<string>();
    for (const { responses } of operations())
      for (const [status, { content }] of Object.entries(responses))
        for (const code of content?.['application/json']?.schema.properties?.error?.properties?.code?.enum ?? []) {
          listed.add(code);
          if (code in ERROR_CODES) expect(String(ERROR_CODES[code as keyof typeof ERROR_CODES].status)).toBe(status);
        }
    expect([...listed]).toEqual(expect.arrayContaining(['bad_request', 'rate_limited', 'room_invalid', 'unauthorized']));
    for (const never of ['muted', 'banned', 'slow_mode', 'filtered']) expect(listed).not.toContain(never);
  });

  it('describes the lines of an import, and the metrics', () => {
    const { requestBody, responses } = paths['/api/admin/import']?.post ?? expect.fail();
    expect(Object.keys(requestBody?.content['application/x-ndjson']?.schema.properties ?? {})).toEqual(
      expect.arrayContaining(['t', 'room', 'user', 'content', 'messageId']),
    );
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '401']));
    expect(paths['/metrics']?.get?.responses[200]?.content).toHaveProperty('text/plain');
  });
});

it('ASK-4 checks a number of a query as it was written', async () => {
  const seen: unknown[] = [];
  const spying = await httpServer({
    questions: {
      ask: async ({ query }) => {
        seen.push(query);
        return { kind: 'problem', problem: { parameter: 'limit', message: 'No.', allowed: 'yes' } };
      },
      recount: async () => expect.fail(),
      repair: async () => expect.fail(),
      lastRepair: async () => undefined,
    },
  });
  await spying.get('/api/analytics/top?limit=010&what=a&what=b');
  expect(seen).toEqual([{ limit: '010', what: ['a', 'b'] }]);
});
