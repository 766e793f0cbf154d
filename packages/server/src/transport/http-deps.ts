import type { HttpRate } from '../admission/http-rate-limit.ts';
import type { AnalyticsQuestions } from '../analytics/analytics.ts';
import type { Config } from '../config.ts';
import type { Directory } from '../hub/directory.ts';
import type { Importer } from '../import/port.ts';
import type { Logger } from '../ops/logger.ts';
import type { Counting, Metrics } from '../ops/metrics.ts';
import type { Store } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';

export type StorageState = 'ok' | 'unavailable' | 'disabled';

/** Everything that the HTTP side needs of the rest. */
export interface HttpDeps {
  readonly config: Pick<
    Config,
    'allowedOrigins' | 'trustProxy' | 'ratePerSec' | 'rateBurst' | 'maxConnections' | 'maxStreams' | 'maxStreamsPerIp'
  >;
  /** Requests of one address to /api; 1,000 a second and 5,000 at once when it is left out. */
  readonly apiRate?: HttpRate;
  readonly version: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly store: Pick<Store, 'roomMessages' | 'userMessages' | 'rooms'>;
  readonly metrics: Pick<Metrics, 'contentType' | 'text' | 'httpRequest'>;
  /** What `GET /api/analytics` answers; undefined: analytics is switched off. */
  snapshot(): object | undefined;
  /** Undefined: nothing is kept that could be asked about. */
  readonly questions?: AnalyticsQuestions | undefined;
  readonly importer: Importer;
  /** Whoever knows it may import and repair. */
  readonly adminToken: string;
  /** Open WebSocket connections. */
  clients(): number;
  storageState(): StorageState;
  /** Undefined: nothing is counted. */
  counting(): Counting | undefined;
  /** `reasons`: short words for people who wonder why not. */
  isReady(): { readonly ok: boolean; readonly reasons: readonly string[] };
}
