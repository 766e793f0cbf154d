import {
  bytes,
  decimal,
  hostName,
  integer,
  oneOf,
  onOff,
  origins,
  type Parser,
  plainText,
  type TrustProxy,
  trustProxy,
  url,
} from './parsers.ts';

/** What the server was told, checked and frozen. The meaning of each field stands in the table below. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logFormat: 'auto' | 'json' | 'pretty';
  readonly dataDir: string;
  readonly store: 'sqlite' | 'memory' | 'none';
  readonly analytics: boolean;
  /** Messages per second; 0: no limit. */
  readonly ratePerSec: number;
  /** Messages; 0 only when there is no limit. */
  readonly rateBurst: number;
  readonly maxConnections: number;
  /** 0: no limit. */
  readonly maxConnectionsPerIp: number;
  /** Streams of analytics. */
  readonly maxStreams: number;
  /** 0: no limit. */
  readonly maxStreamsPerIp: number;
  readonly maxRoomsPerConnection: number;
  readonly maxRooms: number;
  readonly ringBytes: number;
  readonly historyOnJoin: number;
  readonly allowedOrigins: readonly string[] | '*';
  readonly trustProxy: TrustProxy;
  readonly directSend: 'auto' | 'off';
}

/** One environment variable: all that its parsing, its refusal and its documentation need. */
export interface Variable<T> {
  readonly name: string;
  /** As one would write it; undefined: see `shownDefault`. */
  readonly preset: string | undefined;
  /** For the documentation, where the default is no plain text. */
  readonly shownDefault?: string;
  readonly meaning: string;
  readonly allowed: string;
  readonly isSecret?: boolean;
  /** True where an empty text is a value of its own and not the same as "not set". */
  readonly mayBeEmpty?: boolean;
  readonly parse: Parser<T>;
}

/** Why 1,000: files, the store, the log and HTTP requests need descriptors beside the sockets. */
export const RESERVED_DESCRIPTORS = 1000;
export const MOST_CONNECTIONS_BY_DEFAULT = 100_000;

/** Everything that can be set, in the order of the documentation. */
export const VARIABLES: { readonly [K in keyof Config]: Variable<Config[K]> } = {
  port: {
    name: 'PORT',
    preset: '8080',
    meaning: 'Port to listen on. `0` picks a free one and prints it.',
    allowed: 'a whole number from 0 to 65535',
    parse: integer(0, 65_535),
  },
  host: {
    name: 'HOST',
    preset: '0.0.0.0',
    meaning: 'Address to listen on: `127.0.0.1` for this machine alone, `::` for IPv6 and IPv4.',
    allowed: 'an IP address or a host name',
    parse: hostName,
  },
  logLevel: {
    name: 'LOG_LEVEL',
    preset: 'info',
    meaning: 'The least severe level that is logged.',
    allowed: 'one of debug, info, warn, error',
    parse: oneOf('debug', 'info', 'warn', 'error'),
  },
  logFormat: {
    name: 'LOG_FORMAT',
    preset: 'auto',
    meaning: 'JSON lines, or text for people; `auto` is text on a terminal and JSON elsewhere.',
    allowed: 'one of auto, json, pretty',
    parse: oneOf('auto', 'json', 'pretty'),
  },
  dataDir: {
    name: 'DATA_DIR',
    preset: './data',
    meaning: "Folder of the SQLite file and the administrator's token. One server at a time uses it.",
    allowed: 'a path of at most 1,024 characters without control characters',
    parse: plainText(1024),
  },
  store: {
    name: 'STORE',
    preset: 'sqlite',
    meaning: 'Where messages are kept. `memory` forgets them at the stop; `none` keeps nothing (`"storage":"disabled"`).',
    allowed: 'one of sqlite, memory, none',
    parse: oneOf('sqlite', 'memory', 'none'),
  },
  analytics: {
    name: 'ANALYTICS',
    preset: 'on',
    meaning: 'Counting for `/api/analytics`.',
    allowed: 'on or off',
    parse: onOff,
  },
  ratePerSec: {
    name: 'RATE_LIMIT_PER_SEC',
    preset: '5',
    meaning: 'Messages per second that one connection (or one author over HTTP) may send in the long run. `0` turns the limit off.',
    allowed: 'a number from 0 to 1000000',
    parse: decimal(0, 1_000_000),
  },
  rateBurst: {
    name: 'RATE_LIMIT_BURST',
    preset: '10',
    meaning: 'Messages that may be sent at once before that rate applies. `0` turns the limit off.',
    allowed: 'a whole number from 0 to 1000000',
    parse: integer(0, 1_000_000),
  },
  maxConnections: {
    name: 'MAX_CONNECTIONS',
    preset: undefined,
    shownDefault: 'descriptor limit less 1,000, from 100 to 100,000',
    meaning:
      'WebSocket connections of this node; above it an upgrade is answered with 503. The descriptor limit is `ulimit -n` (10,000 is assumed where the system does not tell).',
    allowed: 'a whole number from 1 to 1000000',
    parse: integer(1, 1_000_000),
  },
  maxConnectionsPerIp: {
    name: 'MAX_CONNECTIONS_PER_IP',
    preset: '1000',
    meaning: 'WebSocket connections of one address (an IPv6 /64 counts as one); above it 429. `0` turns it off.',
    allowed: 'a whole number from 0 to 1000000',
    parse: integer(0, 1_000_000),
  },
  maxStreams: {
    name: 'MAX_ANALYTICS_STREAMS',
    preset: '300',
    meaning: 'Readers of `/api/analytics/stream`; above it 503. Each needs a descriptor beside those of `MAX_CONNECTIONS`.',
    allowed: 'a whole number from 1 to 100000',
    parse: integer(1, 100_000),
  },
  maxStreamsPerIp: {
    name: 'MAX_ANALYTICS_STREAMS_PER_IP',
    preset: '50',
    meaning: 'Those of one address (an IPv6 /64 counts as one); above it 429. `0` turns it off.',
    allowed: 'a whole number from 0 to 100000',
    parse: integer(0, 100_000),
  },
  maxRoomsPerConnection: {
    name: 'MAX_ROOMS_PER_CONNECTION',
    preset: '100',
    meaning: 'Rooms that one connection may be in.',
    allowed: 'a whole number from 1 to 100000',
    parse: integer(1, 100_000),
  },
  maxRooms: {
    name: 'MAX_ROOMS',
    preset: '100000',
    meaning: 'Live rooms of this node.',
    allowed: 'a whole number from 1 to 10000000',
    parse: integer(1, 10_000_000),
  },
  ringBytes: {
    name: 'RING_BYTES',
    preset: '256MiB',
    meaning: 'Memory for the recent messages of all rooms together, kept for resumes; the least recently used go first.',
    allowed: 'bytes, or a number with KiB, MiB or GiB, from 1MiB to 64GiB',
    parse: bytes(2 ** 20, 2 ** 36),
  },
  historyOnJoin: {
    name: 'HISTORY_ON_JOIN',
    preset: '50',
    meaning: 'Messages replayed to a connection that joins a room.',
    allowed: 'a whole number from 0 to 200',
    parse: integer(0, 200),
  },
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    preset: '*',
    meaning: 'Web origins that may use the HTTP API (CORS) and open WebSockets. The server’s own origin always may.',
    allowed: '* or origins separated by commas, such as https://chat.example.org',
    parse: origins,
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    preset: 'none',
    meaning:
      'Which reverse proxies are believed when they say who the client is (`X-Forwarded-For`): `none`, how many stand in front (1 to 9), or their addresses.',
    allowed: 'none, a whole number from 1 to 9, or IP addresses and networks separated by commas, such as 10.0.0.0/8,::1',
    parse: trustProxy,
  },
  directSend: {
    name: 'DIRECT_SEND',
    preset: 'auto',
    meaning:
      'How bytes get to the sockets. `auto`: by a small native function, where the start found a C compiler to build it (about 15 % less work); `off`: always through Node’s streams.',
    allowed: 'one of auto, off',
    parse: oneOf('auto', 'off'),
  },
};

/** Part of the contract, but what they switch on is not built yet: refused, so that nobody believes that they work. */
export const UNAVAILABLE: readonly Variable<string>[] = [
  {
    name: 'DYNAMODB_ENDPOINT',
    preset: undefined,
    meaning: 'Set: DynamoDB is the store; empty means AWS itself.',
    allowed: 'an http or https URL, or empty',
    mayBeEmpty: true,
    parse: (text) => (text === '' ? '' : url('http:', 'https:')(text)),
  },
  {
    name: 'DYNAMODB_REGION',
    preset: undefined,
    meaning: 'Set: DynamoDB is the store.',
    allowed: 'a region such as us-east-1',
    parse: (text) => (/^[a-z]{2}(-[a-z]+)+-\d$/.test(text) ? text : undefined),
  },
  {
    name: 'DYNAMODB_TABLE',
    preset: undefined,
    meaning: 'Table of the messages.',
    allowed: '3 to 255 letters, digits and _ . -',
    parse: (text) => (/^[\w.-]{3,255}$/.test(text) ? text : undefined),
  },
  {
    name: 'REDIS_URL',
    preset: undefined,
    meaning: 'Set: Redis or Valkey is the bus between nodes.',
    allowed: 'a redis or rediss URL',
    isSecret: true,
    parse: url('redis:', 'rediss:'),
  },
  {
    name: 'AUTH_SECRET',
    preset: undefined,
    meaning: 'Set: tokens (HS256) are required.',
    allowed: 'at least 32 characters',
    isSecret: true,
    parse: (text) => (text.length >= 32 ? text : undefined),
  },
  {
    name: 'AUTH_JWKS_URL',
    preset: undefined,
    meaning: 'Set: tokens of an OIDC provider are accepted.',
    allowed: 'an http or https URL',
    parse: url('http:', 'https:'),
  },
  {
    name: 'AUTH_ISSUER',
    preset: undefined,
    meaning: 'Issuer of those tokens.',
    allowed: 'a text of at most 2,048 characters',
    parse: plainText(2048),
  },
  {
    name: 'AUTH_AUDIENCE',
    preset: undefined,
    meaning: 'Audience of those tokens.',
    allowed: 'a text of at most 2,048 characters',
    parse: plainText(2048),
  },
  { name: 'TLS_CERT_FILE', preset: undefined, meaning: 'Set: HTTPS and WSS.', allowed: 'a path', parse: plainText(1024) },
  { name: 'TLS_KEY_FILE', preset: undefined, meaning: 'Key of the certificate.', allowed: 'a path', parse: plainText(1024) },
];
