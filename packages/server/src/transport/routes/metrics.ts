import { Type } from 'typebox';
import type { HttpDeps } from '../http-deps.ts';
import type { Route } from './route.ts';

const TEXT = Type.Unsafe<string>({
  description: 'The text format of Prometheus.',
  content: { 'text/plain': { schema: { type: 'string', examples: ['hubbub_connections 5\n'] } } },
});

export function metricsRoutes({ metrics }: Pick<HttpDeps, 'metrics'>): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/metrics',
      schema: {
        summary: 'Metrics',
        description: 'For Prometheus; docs/operations.md says what each means.',
        tags: ['operations'],
        response: { 200: TEXT },
      },
      answer: async () => ({ status: 200, body: await metrics.text(), headers: { 'content-type': metrics.contentType } }),
    },
  ];
}
