import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Route } from './route.ts';

const FILES = [
  { url: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { url: '/style.css', file: 'style.css', type: 'text/css; charset=utf-8' },
  { url: '/chat.js', file: 'chat.js', type: 'text/javascript; charset=utf-8' },
  { url: '/lines.js', file: 'lines.js', type: 'text/javascript; charset=utf-8' },
  { url: '/outbox.js', file: 'outbox.js', type: 'text/javascript; charset=utf-8' },
  { url: '/favicon.svg', file: 'favicon.svg', type: 'image/svg+xml' },
] as const;

/** The small chat page that stands at `/`. Read once; it is a few kilobytes. */
export function pageRoutes(): readonly Route[] {
  return FILES.map(({ url, file, type }) => {
    const body = readFileSync(new URL(`../pages/${file}`, import.meta.url));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const headers = { 'content-type': type, etag, 'cache-control': 'no-cache' };
    return { method: 'GET', url, schema: undefined, answer: () => ({ status: 200, body, headers }) };
  });
}
