import { DAY_MS, HOUR_MS } from '../rollup/levels.ts';
import type { EngineOptions } from './engine.ts';

/** Of the engine of a server. */
export const ENGINE_LIMITS: Omit<EngineOptions, 'now'> = {
  /** An hour more than can be asked for: the rest of a container, and the time that a question takes. */
  minutesKeptMs: 30 * DAY_MS + HOUR_MS,
  /** A busy one takes some 100 KB: the names of its last 24 hours. */
  maxRooms: 2000,
};
