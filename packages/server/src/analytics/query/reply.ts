import { createHash } from 'node:crypto';
import type { Reply } from './question.ts';

export function replyOf(format: 'json' | 'csv', text: string | Uint8Array<ArrayBuffer>): Reply {
  const body = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { kind: 'answer', format, body, etag: `W/"${createHash('sha1').update(body).digest('base64url')}"` };
}
