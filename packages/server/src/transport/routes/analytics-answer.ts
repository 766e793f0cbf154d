import type { IncomingHttpHeaders } from 'node:http';
import { type Reply, sentenceOf } from '../../analytics/analytics.ts';
import { type Answer, refused } from '../answer.ts';

/** Answers change with every message: a second is what a dashboard would not notice. */
const CACHING = 'private, max-age=1';
const TYPES = { json: 'application/json; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' } as const;

/** A reply over HTTP: its bytes, or 304 to whoever has them, or 400 with the name of the parameter. `name`: of a CSV file. */
export function answerOf(reply: Reply, { 'if-none-match': known }: IncomingHttpHeaders, name: string): Answer {
  if (reply.kind === 'problem') return refused('bad_request', sentenceOf(reply.problem));
  const { format, etag, body } = reply;
  const headers = { etag, 'cache-control': CACHING, vary: 'Accept, Origin' };
  if (isKnown(known, etag)) return { status: 304, body: undefined, headers };
  const file = format === 'csv' ? { 'content-disposition': `inline; filename="${name}.csv"` } : {};
  return {
    status: 200,
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    headers: { ...headers, ...file, 'content-type': TYPES[format] },
  };
}

/** Weak comparison (RFC 9110, 8.8.3.2). */
function isKnown(known: string | undefined, etag: string): boolean {
  if (known === undefined) return false;
  return known.trim() === '*' || known.split(',').some((each) => each.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''));
}

/** CSV for those who want it rather than JSON (RFC 9110, 12.5.1). */
export function formatOf({ accept = '' }: IncomingHttpHeaders): 'json' | 'csv' {
  const qualities = new Map<string, number>();
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    const q = parameters.find((each) => each.startsWith('q='));
    qualities.set(type, q === undefined ? 1 : Number(q.slice(2)) || 0);
  }
  const csv = qualities.get('text/csv') ?? qualities.get('text/*') ?? 0;
  const json = qualities.get('application/json') ?? qualities.get('application/*') ?? 0;
  return csv > json || (csv > 0 && csv === json && qualities.has('text/csv') && !qualities.has('application/json')) ? 'csv' : 'json';
}
