import type { NamedLiveFact } from '../live-facts-sink.ts';
import { MINUTE_MS } from '../rollup/levels.ts';
import { Tally } from './tally.ts';
import type { Entry } from './unwritten.ts';

/**
 * Everything of all rooms together, a fact of a kind and minute; but presence by room, and connections as they were counted over all:
 * a connection is in many rooms, or in none. `present`: what is in no entry yet, of `minute`.
 */
export function overAllRooms(entries: Iterable<Entry>, minute: number, present: Tally): NamedLiveFact[] {
  const sums = new Map<number, Tally>([[minute, present]]);
  const facts: NamedLiveFact[] = [];
  for (const { minute: of, room, tally } of entries) {
    const sum = sums.get(of) ?? new Tally();
    sums.set(of, sum);
    sum.add(tally);
    facts.push(...(room === undefined ? tally.samples(undefined, of * MINUTE_MS) : tally.presence(room, of * MINUTE_MS)));
  }
  for (const [of, sum] of sums) facts.push(...sum.facts(undefined, of * MINUTE_MS));
  return facts;
}
