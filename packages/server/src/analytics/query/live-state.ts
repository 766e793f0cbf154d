import { countLive, type LiveFact } from '../engine/live-facts.ts';
import type { NamedLiveFact } from '../live-facts-sink.ts';
import { LEVELS } from '../rollup/levels.ts';
import { ALL_ROOMS, type RollupReader } from '../rollup/port.ts';
import { RollupDeltas } from '../rollup/rollup-deltas.ts';
import { OverlayRollups } from './overlay-rollups.ts';
import type { QueryStore } from './ports.ts';

/** The rollups as they will be when these facts are written. Facts of rooms and users that the store does not know are left out. */
export function withLive(facts: readonly NamedLiveFact[], store: QueryStore): RollupReader {
  if (facts.length === 0) return store.rollups;
  const over = new OverlayRollups(store.rollups);
  const deltas = new RollupDeltas(over);
  for (const fact of facts) {
    const numbered = numberedFact(fact, store);
    if (numbered !== undefined) countLive(numbered, deltas, LEVELS);
  }
  deltas.flush();
  return over;
}

function numberedFact(fact: NamedLiveFact, store: QueryStore): LiveFact | undefined {
  if (fact.kind === 'drops') return fact;
  const room = fact.room === undefined ? ALL_ROOMS : store.roomNumber(fact.room);
  if (room === undefined) return undefined;
  if (fact.kind !== 'present') return { ...fact, room };
  const user = store.userNumber(fact.user);
  return user === undefined ? undefined : { ...fact, room, user };
}
