import { describe, expect, it } from 'vitest';
import { GENERATED, isCurrent } from '../../../scripts/config-docs.mjs';
import { type Config, defaultMaxConnections, describeProblems, readCallFolder, readConfig } from './config.ts';

function read(env: Record<string, string>): Config {
  const outcome = readConfig(env, 20_000);
  if (outcome.kind === 'wrong') throw new Error(describeProblems(outcome.problems));
  return outcome.config;
}

function problemsOf(env: Record<string, string>): readonly string[] {
  const outcome = readConfig(env, 20_000);
  return outcome.kind === 'ok' ? [] : outcome.problems.map(({ name }) => name);
}

describe('the configuration', () => {
  it('knows from npm where a command was typed', () => {
    expect([readCallFolder({ INIT_CWD: '/home/ada' }), readCallFolder({})]).toEqual(['/home/ada', '.']);
  });

  it('has the defaults of the contract', () => {
    expect(read({})).toEqual({
      port: 8080,
      host: '0.0.0.0',
      logLevel: 'info',
      logFormat: 'auto',
      dataDir: './data',
      store: 'sqlite',
      analytics: true,
      ratePerSec: 5,
      rateBurst: 10,
      maxConnections: 19_000,
      maxConnectionsPerIp: 1000,
      maxStreams: 300,
      maxStreamsPerIp: 50,
      maxRoomsPerConnection: 100,
      maxRooms: 100_000,
      ringBytes: 256 * 1024 * 1024,
      historyOnJoin: 50,
      allowedOrigins: '*',
      trustProxy: 'none',
      directSend: 'auto',
    });
  });

  it('is frozen', () => {
    const config = read({ ALLOWED_ORIGINS: 'https://a.example', TRUST_PROXY: '10.0.0.0/8' });
    expect([config, config.allowedOrigins, config.trustProxy].every(Object.isFrozen)).toBe(true);
  });

  it('reads every variable', () => {
    const config = read({
      PORT: '0',
      HOST: '::1',
      LOG_LEVEL: 'DEBUG',
      LOG_FORMAT: 'json',
      DATA_DIR: '/srv/hub bub',
      STORE: 'memory',
      ANALYTICS: 'off',
      RATE_LIMIT_PER_SEC: '2.5',
      RATE_LIMIT_BURST: '3',
      MAX_CONNECTIONS: '7',
      MAX_CONNECTIONS_PER_IP: '0',
      MAX_ANALYTICS_STREAMS: '8',
      MAX_ANALYTICS_STREAMS_PER_IP: '0',
      MAX_ROOMS_PER_CONNECTION: '4',
      MAX_ROOMS: '5',
      RING_BYTES: '2 MiB',
      HISTORY_ON_JOIN: '0',
      ALLOWED_ORIGINS: 'https://Chat.Example.org:443, http://localhost:5173',
      TRUST_PROXY: '127.0.0.1, fd00::/8',
      DIRECT_SEND: 'off',
    });
    expect(config).toEqual({
      port: 0,
      host: '::1',
      logLevel: 'debug',
      logFormat: 'json',
      dataDir: '/srv/hub bub',
      store: 'memory',
      analytics: false,
      ratePerSec: 2.5,
      rateBurst: 3,
      maxConnections: 7,
      maxConnectionsPerIp: 0,
      maxStreams: 8,
      maxStreamsPerIp: 0,
      maxRoomsPerConnection: 4,
      maxRooms: 5,
      ringBytes: 2 * 1024 * 1024,
      historyOnJoin: 0,
      allowedOrigins: ['https://chat.example.org', 'http://localhost:5173'],
      trustProxy: ['127.0.0.1', 'fd00::/8'],
      directSend: 'off',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(read({ PORT: '', HOST: '  ', MAX_CONNECTIONS: '', REDIS_URL: '' }).port).toBe(8080);
  });

  it.each([{ RATE_LIMIT_PER_SEC: '0' }, { RATE_LIMIT_BURST: '0' }])('turns the rate limit off with %o', (env) => {
    expect(read(env)).toMatchObject({ ratePerSec: 0, rateBurst: 0 });
  });

  it.each([
    ['PORT', ['65536', '-1', '80.5', '0x50', '1e3', 'http', '８０']],
    ['HOST', ['http://x', 'a b', '-x', 'x/y']],
    ['LOG_LEVEL', ['trace', 'INFORMATION']],
    ['STORE', ['dynamodb', 'mysql']],
    ['ANALYTICS', ['maybe']],
    ['RATE_LIMIT_PER_SEC', ['-1', 'NaN', 'Infinity', '1e9']],
    ['MAX_CONNECTIONS', ['0', '1000001']],
    ['RING_BYTES', ['10', '1TiB', '-5MiB']],
    ['HISTORY_ON_JOIN', ['201']],
    [
      'ALLOWED_ORIGINS',
      [
        'example.org',
        'https://a.example/path',
        'https://*.example.org',
        'null',
        'https://a.example,',
        'ftp://a.example',
        'https://u:p@a.example',
      ],
    ],
    ['DIRECT_SEND', ['on']],
    ['TRUST_PROXY', ['0', '10', 'proxy', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129', '10.0.0.1,']],
  ])('CONFIG-1 refuses a wrong %s', (name, values) => {
    for (const value of values) expect([value, problemsOf({ [name]: value })]).toEqual([value, [name]]);
  });

  it('CONFIG-1 lists everything that is wrong in one message, with what is allowed, and hides secrets', () => {
    const env = {
      PORT: 'x\u001b[31m',
      STORE: 'dynamodb',
      REDIS_URL: 'redis://u:hunter2@h',
      AUTH_SECRET: 'hunter2',
      AUTH_JWKS_URL: 'https://u:hunter2@h/keys',
    };
    const outcome = readConfig(env, 20_000);
    if (outcome.kind === 'ok') throw new Error('accepted');
    const message = describeProblems(outcome.problems);
    for (const name of Object.keys(env)) expect(message).toContain(`${name}=`);
    expect(message).toContain('a whole number from 0 to 65535');
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('\u001b');
  });

  it.each([
    { DYNAMODB_ENDPOINT: '' },
    { DYNAMODB_ENDPOINT: 'http://localhost:8000' },
    { DYNAMODB_REGION: 'eu-central-1' },
    { DYNAMODB_TABLE: 'chat-messages' },
    { REDIS_URL: 'redis://localhost' },
    { AUTH_SECRET: 'x'.repeat(32) },
    { AUTH_JWKS_URL: 'https://id.example/keys' },
    { AUTH_ISSUER: 'https://id.example' },
    { AUTH_AUDIENCE: 'hubbub' },
    { TLS_CERT_FILE: '/etc/cert.pem' },
    { TLS_KEY_FILE: '/etc/key.pem' },
  ])('CONFIG-3 refuses %o, whose feature does not exist yet', (env) => {
    const outcome = readConfig(env as Record<string, string>, 20_000);
    if (outcome.kind === 'ok') throw new Error('accepted');
    expect(describeProblems(outcome.problems)).toContain('is not available in this version');
    expect(outcome.problems.map(({ name }) => name)).toEqual(Object.keys(env));
  });

  it('leaves descriptors for everything but connections', () => {
    expect([1024, 20_000, 5_000_000].map(defaultMaxConnections)).toEqual([100, 19_000, 100_000]);
  });

  it.each(GENERATED)('stands in $path as it is in the table', (file) => {
    expect(isCurrent(file)).toBe(true);
  });
});
