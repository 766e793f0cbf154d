import { isReservedRoomId } from '@hubbub/protocol';
import type { RankedSource } from '../measures/measure.ts';
import type { Ranked } from '../rollup/top.ts';
import type { QueryStore } from './ports.ts';

export interface NamedCount {
  readonly key: string;
  readonly count: number;
}

/** What numbers stand for. */
export type Names = Pick<QueryStore, 'roomIds' | 'userIds' | 'terms'>;

export type NamedSource = Exclude<RankedSource, 'drops'>;

/** Finds the `limit` first of a list: `candidates(n)` has the n largest counts and all that tie with the last. */
export type Candidates = (limit: number) => readonly Ranked[];

/**
 * The first `limit` of each list by name, most first, ties by key. All names are asked for at once. Rooms that only their members may
 * see are in no list, so that more rooms are looked at where one would be.
 */
export function nameRanked(lists: readonly Candidates[], source: NamedSource, limit: number, dictionary: Names): NamedCount[][] {
  let named: NamedCount[][] = [];
  let open = lists.map((candidates, at) => ({ candidates, at, asked: limit }));
  while (open.length > 0) {
    const found = open.map((each) => ({ ...each, ranked: each.candidates(each.asked) }));
    const names = namesOf(source, new Set(found.flatMap(({ ranked }) => ranked.map(({ number }) => number))), dictionary);
    named = named.length === 0 ? lists.map(() => []) : named;
    for (const { at, ranked } of found) named[at] = listOf(ranked, names).slice(0, limit);
    open = found
      .filter(({ at, asked, ranked }) => (named[at]?.length ?? 0) < limit && ranked.length >= asked)
      .map(({ candidates, at, asked }) => ({ candidates, at, asked: asked * 4 }));
  }
  return named;
}

function listOf(ranked: readonly Ranked[], names: ReadonlyMap<number, string>): NamedCount[] {
  const named: NamedCount[] = [];
  for (const { number, count } of ranked) {
    const key = names.get(number);
    if (key !== undefined) named.push({ key, count });
  }
  return named.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

function namesOf(source: NamedSource, numbers: ReadonlySet<number>, dictionary: Names): ReadonlyMap<number, string> {
  switch (source) {
    case 'users':
      return dictionary.userIds([...numbers]);
    case 'rooms':
      return new Map([...dictionary.roomIds([...numbers])].filter(([, roomId]) => !isReservedRoomId(roomId)));
    case 'terms':
    case 'emoji':
      return dictionary.terms([...numbers]);
  }
}
