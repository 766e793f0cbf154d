import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Swagger's page colours itself with style attributes; its scripts are files like ours. */
const PAGE_POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Before the routes: collects their schemas. */
export async function collectApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Hubbub API',
        version,
        description: 'Room chat over HTTP: history, members, posting, analytics. Live messages come over the WebSocket at `/ws`.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: [
        { name: 'rooms', description: 'Rooms, their messages and members' },
        { name: 'users', description: 'Messages by author' },
        { name: 'analytics', description: 'What happens now, and questions about everything that was counted' },
        { name: 'operations', description: 'For whoever runs the server' },
      ],
      components: { securitySchemes: { admin: { type: 'http', scheme: 'bearer', description: "The administrator's token." } } },
    },
    hideUntagged: true,
  });
}

/** The document at `/api/openapi.json`, and a page that shows it at `/api/docs`. */
export async function serveApiDocs(app: FastifyInstance): Promise<void> {
  app.get('/api/openapi.json', async (_request, reply) => reply.header('cache-control', 'no-cache').send(app.swagger()));
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: PAGE_POLICY,
    theme: { title: 'Hubbub API' },
    // The layout without the bar on top, which holds a logo and asks for the address of another document.
    uiConfig: { deepLinking: true, tryItOutEnabled: true, validatorUrl: null, layout: 'BaseLayout' },
  });
}
