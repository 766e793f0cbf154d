import { LIMITS } from '@hubbub/protocol';

const SMALL: Partial<Record<keyof typeof LIMITS, number>> = {
  ringPublications: 12,
  ringBytes: 48 * 1024,
  replayMessages: 60,
  replayBytes: 160 * 1024,
  outboundBytes: 96 * 1024,
};

/** Makes the rare paths common: eviction, reads behind the ring, positions that are too old, slow readers. */
export function shrinkLimits(): void {
  Object.assign(LIMITS, SMALL);
}
