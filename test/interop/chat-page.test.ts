import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useServer } from '../kit/server-process.ts';
import { CLIENTS, HERE } from './tools.ts';

const server = useServer({ RATE_LIMIT_PER_SEC: '2', RATE_LIMIT_BURST: '2' });

test('the chat page keeps what it cannot send yet, and says what it cannot send at all', { timeout: 420_000 }, async ({ skip }) => {
  if (CLIENTS.find(({ name }) => name === 'chromium')?.prepare() !== true) {
    if (process.env.CI === 'true') throw new Error('chromium is missing and could not be installed');
    skip('chromium is missing and could not be installed');
  }
  const { stdout } = await promisify(execFile)(process.execPath, [`${HERE}chat-page.mjs`, server().url], { timeout: 120_000 });
  expect(stdout.trim().split('\n')).toHaveLength(4);
});
