import { createHash } from 'node:crypto';
import type { Reply } from './question.ts';

export function replyOf(format: 'json' | 'csv', text: string): Reply {
  const body = new TextEncoder().encode(text);
  return { kind: 'answer', format, body, etag: `W/"${createHash('sha1').update(body).digest('base64url')}"` };
}
