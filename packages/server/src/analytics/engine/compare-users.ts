import { readNewcomers, writeNewcomers } from '../rollup/newcomers.ts';
import { NumberCounts } from '../rollup/number-counts.ts';
import { CHUNK_USERS, mergeUsers, readEntries, slotOfEntry, userOfEntry } from '../rollup/user-body.ts';
import type { Body, Compared, SlotDifference } from './compare-slots.ts';

/** Messages by `entryKey`; undefined for a body that cannot be read. */
export function entriesOf(body: Body): Map<number, number> | undefined {
  const entries = new Map<number, number>();
  return body === undefined || readEntries(body, (key, count) => entries.set(key, count)) ? entries : undefined;
}

/**
 * A container of `users`: the wanted slots as recounted, the others as kept, where they can be read. Of each slot the first user that
 * differs is told, by number, with the messages.
 */
export function compareUsers(
  chunk: number,
  kept: Body,
  recounted: ReadonlyMap<number, number>,
  isWanted: (slot: number) => boolean = () => true,
): Compared {
  const own = entriesOf(kept);
  const changes = new NumberCounts();
  const first = new Map<number, SlotDifference>();
  const slots = new Set<number>();
  const look = (key: number): void => {
    const slot = slotOfEntry(key);
    if (!isWanted(slot)) return;
    slots.add(slot);
    const [a, b] = [own?.get(key) ?? 0, recounted.get(key) ?? 0];
    if (a === b || changes.get(key) !== 0) return;
    changes.add(key, b - a);
    if (!first.has(slot)) first.set(slot, { slot, what: userOfEntry(chunk, key), kept: a, recounted: b });
  };
  for (const key of own?.keys() ?? []) look(key);
  for (const key of recounted.keys()) look(key);
  const isChanged = first.size > 0 || own === undefined;
  const body = isChanged ? mergeUsers(own === undefined ? undefined : kept, changes, true).body : kept;
  return { body, isChanged, isUnreadable: own === undefined, differences: [...first.values()], slots: [...slots] };
}

/** Quarter of the month by number within the chunk; undefined for a body that cannot be read. */
export function newcomersOf(body: Body): Map<number, number> | undefined {
  const quarters = new Map<number, number>();
  return body === undefined || readNewcomers(0, body, (user, quarter) => quarters.set(user, quarter)) ? quarters : undefined;
}

/** A container of `newcomers`: the wanted quarters of the month as recounted, the others as kept. Slots are quarters, what differs a user. */
export function compareNewcomers(
  chunk: number,
  kept: Body,
  recounted: ReadonlyMap<number, number>,
  isWanted: (quarter: number) => boolean,
): Compared {
  const own = newcomersOf(kept) ?? new Map<number, number>();
  const quarters = new Map([...own].filter(([, quarter]) => !isWanted(quarter)));
  const differences: SlotDifference[] = [];
  for (const [user, quarter] of recounted) {
    quarters.set(user, quarter);
    if (own.get(user) !== quarter) differences.push({ slot: quarter, what: chunk * CHUNK_USERS + user, kept: 0, recounted: 1 });
  }
  for (const [user, quarter] of own)
    if (isWanted(quarter) && recounted.get(user) !== quarter)
      differences.push({ slot: quarter, what: chunk * CHUNK_USERS + user, kept: 1, recounted: 0 });
  const isUnreadable = newcomersOf(kept) === undefined;
  const isChanged = differences.length > 0 || isUnreadable;
  return { body: isChanged ? writeNewcomers(quarters) : kept, isChanged, isUnreadable, differences, slots: [] };
}
