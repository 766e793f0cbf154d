import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { announceServer, findServer, forgetServer } from './running-server.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'running-server-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const SERVER = { url: 'http://127.0.0.1:8080', token: 'a token' };

it('finds what a server announced, until it is withdrawn', () => {
  expect(findServer(dir)).toEqual({ kind: 'none' });
  const withdraw = announceServer(dir, SERVER);
  expect(findServer(dir)).toEqual({ kind: 'found', pid: process.pid, ...SERVER });
  withdraw();
  expect(findServer(dir)).toEqual({ kind: 'none' });
  expect(readdirSync(dir)).toEqual([]);
});

it('lets nobody else read the token, also where an open file was left', () => {
  writeFileSync(join(dir, 'admin-token'), 'old', { mode: 0o666 });
  announceServer(dir, SERVER);
  expect(statSync(join(dir, 'admin-token')).mode & 0o777).toBe(0o600);
});

it('replaces what a crash left behind', () => {
  announceServer(dir, { url: 'http://127.0.0.1:1', token: 'old' });
  announceServer(dir, SERVER);
  expect(findServer(dir)).toMatchObject(SERVER);
  forgetServer(dir);
  forgetServer(dir);
  expect(findServer(dir)).toEqual({ kind: 'none' });
});

it.each(['', '{', 'null', '{}', '{"url":7}', '{"url":"nonsense"}'])('says that it cannot read %j', (text) => {
  announceServer(dir, SERVER);
  writeFileSync(join(dir, 'server.json'), text);
  expect(findServer(dir)).toMatchObject({ kind: 'unreadable' });
});
