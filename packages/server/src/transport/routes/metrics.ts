import type { HttpDeps } from '../http-deps.ts';
import type { Route } from './route.ts';

export function metricsRoutes({ metrics }: Pick<HttpDeps, 'metrics'>): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/metrics',
      schema: undefined,
      answer: async () => ({ status: 200, body: await metrics.text(), headers: { 'content-type': metrics.contentType } }),
    },
  ];
}
