import { createHash, timingSafeEqual } from 'node:crypto';
import { handleImportStream, IMPORT_PATH, NDJSON } from '../../import/http-import.ts';
import { refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import type { StreamRoute } from './route.ts';
import { errors } from './schemas.ts';

type ImportDeps = Pick<HttpDeps, 'importer' | 'adminToken' | 'logger'>;

/** Streams JSON lines in and progress out; the body is read as fast as the store takes it. */
export function importRoute({ importer, adminToken, logger }: ImportDeps): StreamRoute {
  const isToken = secretComparison(adminToken);
  return {
    method: 'POST',
    url: IMPORT_PATH,
    contentType: NDJSON,
    schema: {
      summary: 'Import old messages',
      description:
        'The body is JSON lines `{"t", "room", "user", "username"?, "type"?, "content", "messageId"?, "replyTo"?}`. The answer is JSON lines too: any number of `{"progress": …}`, then one `{"summary": …}`. A second import of the same lines changes nothing.',
      tags: ['operations'],
      security: [{ admin: [] }],
      response: errors(401),
    },
    guard(request) {
      const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (token !== undefined && isToken(token)) return undefined;
      const answer = refused('unauthorized', "The administrator's token of this server is needed; it lies in its data folder.");
      return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
    },
    async stream(request, write, signal) {
      const summary = await handleImportStream(request, write, importer, signal);
      const { read, inserted, repeated, refused: refusedLines, end } = summary;
      logger.info({ read, inserted, repeated, refused: refusedLines, end: end.kind }, 'import over HTTP ended');
    },
  };
}

/** Compares in a time that tells nothing about the secret, nor its length: hashes are of one length. An empty secret fits nothing. */
function secretComparison(secret: string): (text: string) => boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const expected = hash(secret);
  return (text) => timingSafeEqual(hash(text), expected) && secret !== '';
}
