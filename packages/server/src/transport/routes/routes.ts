import type { HttpDeps } from '../http-deps.ts';
import { analyticsRoutes } from './analytics.ts';
import { questionRoutes } from './analytics-questions.ts';
import { recountRoute } from './analytics-recount.ts';
import { repairRoute } from './analytics-repair.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { memberRoutes } from './members.ts';
import { metricsRoutes } from './metrics.ts';
import { pageRoutes } from './pages.ts';
import { postRoutes } from './post-message.ts';
import { roomRoutes } from './rooms.ts';
import type { Route } from './route.ts';

/** Every path that is answered with one piece; what streams stands in `import.ts` and `analytics-stream.ts`, the API's own page in `api-docs.ts`. */
export function routes(deps: HttpDeps): readonly Route[] {
  return [
    ...healthRoutes(deps),
    ...metricsRoutes(deps),
    ...roomRoutes(deps),
    ...historyRoutes(deps),
    ...postRoutes(deps),
    ...memberRoutes(deps),
    ...analyticsRoutes(deps),
    ...questionRoutes(deps),
    recountRoute(deps),
    repairRoute(deps),
    ...pageRoutes(),
  ];
}
