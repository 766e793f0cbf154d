import { handleImportStream, IMPORT_PATH, NDJSON } from '../../import/http-import.ts';
import type { HttpDeps } from '../http-deps.ts';
import { adminGuard } from './admin-token.ts';
import { ImportAnswer, ImportBody } from './import-schemas.ts';
import type { StreamRoute } from './route.ts';
import { errors } from './schemas.ts';

type ImportDeps = Pick<HttpDeps, 'importer' | 'adminToken' | 'logger'>;

/** Streams JSON lines in and progress out; the body is read as fast as the store takes it. */
export function importRoute({ importer, adminToken, logger }: ImportDeps): StreamRoute {
  const guard = adminGuard(adminToken);
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
      body: ImportBody,
      response: { 200: ImportAnswer, ...errors(401, 403, 429) },
    },
    guard: (request) => guard(request.headers.authorization),
    async stream(request, write, signal) {
      const summary = await handleImportStream(request, write, importer, signal);
      const { read, inserted, repeated, refused: refusedLines, end } = summary;
      logger.info({ read, inserted, repeated, refused: refusedLines, end: end.kind }, 'import over HTTP ended');
    },
  };
}
