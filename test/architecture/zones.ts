/**
 * Who may import whom: the table of ARCHITECTURE.md, for the test that enforces it. A file belongs to the first zone
 * whose pattern matches its path. Tests and contract suites are bound by none of this.
 */
export interface Zone {
  readonly name: string;
  /** A named group `instance` makes the zone's members strangers to one another (adapters, features). */
  readonly match: RegExp;
  /** Names of zones; a zone may always import itself. */
  readonly mayImport: readonly string[];
  /** Packages and Node modules that may be imported; undefined: any. */
  readonly external: readonly RegExp[] | undefined;
}

const NOTHING: readonly RegExp[] = [];
const PURE_NODE = [/^node:(crypto|buffer)$/];
const server = (pattern: string) => new RegExp(`^packages/server/src/${pattern}`);
const LEAVES = ['protocol', 'util'];
const PORTS = ['bus port', 'store port', ...LEAVES];

export const ZONES: readonly Zone[] = [
  { name: 'protocol', match: /^packages\/protocol\/src\//, mayImport: [], external: NOTHING },
  { name: 'sketch', match: /^packages\/sketch\/src\//, mayImport: [], external: NOTHING },
  { name: 'client react', match: /^packages\/client\/src\/react\//, mayImport: ['client', 'protocol'], external: [/^react$/] },
  { name: 'client', match: /^packages\/client\/src\//, mayImport: ['protocol'], external: NOTHING },
  {
    name: 'web feature',
    match: /^apps\/web\/src\/features\/(?<instance>[^/]+)\//,
    mayImport: ['web', 'client', 'client react', 'protocol'],
    external: [/^(?!node:|ws$|fastify)/],
  },
  {
    name: 'web',
    match: /^apps\/web\/src\//,
    mayImport: ['web feature', 'client', 'client react', 'protocol'],
    external: [/^(?!node:|ws$|fastify)/],
  },

  { name: 'main', match: server('main\\.ts$'), mayImport: ['compose', 'config', 'ops', 'util'], external: [/^node:/] },
  {
    name: 'import command',
    match: server('import/main\\.ts$'),
    mayImport: ['import', 'import port', 'data directory', 'compose', 'config', 'ops', ...PORTS],
    external: undefined,
  },
  {
    name: 'demo',
    match: server('demo/'),
    mayImport: ['import', 'import port', 'config', ...PORTS],
    external: undefined,
  },
  {
    name: 'compose',
    match: server('compose(/.*)?(-[a-z-]+)?\\.ts$'),
    mayImport: [
      ...[
        'config',
        'events',
        'bus adapter',
        'bus parts',
        'store adapter',
        'store parts',
        'data directory',
        'write-behind',
        'directory',
        'hub',
        'connection',
      ],
      ...['admission', 'transport', 'analytics port', 'analytics storage', 'analytics', 'ops', 'import', 'import port', 'sketch', ...PORTS],
    ],
    external: undefined,
  },
  { name: 'config', match: server('config(/.*)?\\.ts$'), mayImport: LEAVES, external: [/^node:(fs|os|path|net|process|child_process)$/] },
  { name: 'events', match: server('events\\.ts$'), mayImport: PORTS, external: NOTHING },
  { name: 'bus port', match: server('bus/bus\\.ts$'), mayImport: ['protocol'], external: NOTHING },
  { name: 'store port', match: server('store/store\\.ts$'), mayImport: ['protocol', 'bus port'], external: NOTHING },
  {
    name: 'bus adapter',
    match: server('bus/(?<instance>memory|redis)[-/]'),
    mayImport: ['bus port', 'bus parts', ...LEAVES],
    external: undefined,
  },
  { name: 'bus parts', match: server('bus/'), mayImport: ['bus port', ...LEAVES], external: PURE_NODE },
  {
    name: 'store adapter',
    match: server('store/(?<instance>memory|none|sqlite|dynamo)[-/]'),
    // What analytics keeps is kept in the store's own transactions. Its engine itself comes from the composition root of each thread.
    mayImport: ['store port', 'analytics storage', 'bus port', 'store parts', ...LEAVES],
    external: undefined,
  },
  { name: 'write-behind', match: server('store/write-'), mayImport: ['events', 'store parts', ...PORTS], external: NOTHING },
  { name: 'data directory', match: server('store/data-dir'), mayImport: ['store port', ...LEAVES], external: [/^node:/] },
  { name: 'store parts', match: server('store/'), mayImport: PORTS, external: PURE_NODE },
  { name: 'directory', match: server('hub/directory\\.ts$'), mayImport: ['protocol'], external: NOTHING },
  { name: 'hub', match: server('hub/'), mayImport: ['directory', 'events', ...PORTS], external: PURE_NODE },
  {
    name: 'connection',
    match: server('connection/'),
    mayImport: ['hub', 'directory', 'admission', 'events', ...LEAVES],
    external: PURE_NODE,
  },
  { name: 'admission', match: server('admission/'), mayImport: ['config', 'events', ...LEAVES], external: [...PURE_NODE, /^node:net$/] },
  {
    name: 'transport',
    match: server('transport/'),
    mayImport: [
      'connection',
      'directory',
      'admission',
      'analytics port',
      'import port',
      'store port',
      'config',
      'events',
      'ops',
      ...LEAVES,
    ],
    external: undefined,
  },
  {
    name: 'analytics port',
    match: server('analytics/(analytics|questions|snapshot|snapshot-stream)\\.ts$'),
    mayImport: ['analytics', 'analytics storage', 'events', ...PORTS],
    external: NOTHING,
  },
  {
    // What analytics asks of a storage: for the adapters that keep it.
    name: 'analytics storage',
    match: server('analytics/(live-facts-sink|engine/(ports|live-facts)|query/ports|rollup/(port|levels)|derive/(history|order))\\.ts$'),
    mayImport: ['analytics'],
    external: NOTHING,
  },
  {
    name: 'analytics',
    match: server('analytics/'),
    mayImport: ['analytics port', 'analytics storage', 'events', 'sketch', ...PORTS],
    external: PURE_NODE,
  },
  { name: 'ops', match: server('ops/'), mayImport: ['events', 'sketch', ...PORTS], external: undefined },
  { name: 'util', match: server('util/'), mayImport: [], external: PURE_NODE },
  {
    name: 'import port',
    match: server('import/(port|http-import)\\.ts$'),
    mayImport: ['import', 'store port', ...LEAVES],
    external: undefined,
  },
  { name: 'import', match: server('import/'), mayImport: ['import port', 'store port', ...LEAVES], external: undefined },
];

/** What only one place may touch, with that place. `within`: where the rule holds. */
export const RESERVED = [
  { what: 'process.env', within: /^packages\/[^/]+\/src\//, only: /^packages\/server\/src\/config\.ts$/ },
  { what: 'clock', within: /^packages\/[^/]+\/src\//, only: /^packages\/(server\/src\/util|client\/src)\/clock\.ts$/ },
  { what: 'console', within: /^packages\/[^/]+\/src\//, only: /^packages\/server\/src\/ops\/logger\.ts$/ },
] as const;

export type Reserved = (typeof RESERVED)[number]['what'];
