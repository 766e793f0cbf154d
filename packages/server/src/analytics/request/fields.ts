import { isReservedRoomId, isRoomId, LIMITS } from '@hubbub/protocol';
import { type Zone, zoneOf } from '../calendar/zone.ts';
import { spellZone } from '../calendar/zone-names.ts';
import { type Parsed, type Problem, parsed, quote, refuse } from './problem.ts';

/** As a query string is read: a parameter that stands twice is an array. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;
/** No parameter twice, none empty, none unknown. */
export type Fields<Name extends string> = Readonly<Partial<Record<Name, string>>>;

export interface NamedZone {
  readonly tz: string;
  readonly zone: Zone;
}

/** Checks that every parameter is one of `names`, stands once and is not empty. */
export function readFields<Name extends string>(query: RawQuery, names: readonly Name[]): Parsed<Fields<Name>> {
  const fields: Partial<Record<Name, string>> = {};
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    if (!isOneOf(name, names)) return refuse(shorten(name), `There is no query parameter ${quote(name)} here.`, names.join(', '));
    if (typeof value !== 'string') return refuse(name, `The query parameter "${name}" stands more than once.`, `"${name}" once`);
    if (value === '') return refuse(name, `The query parameter "${name}" is empty.`, 'a value, or the parameter left out');
    fields[name] = value;
  }
  return parsed(fields);
}

export function isOneOf<Word extends string>(text: string, words: readonly Word[]): text is Word {
  return (words as readonly string[]).includes(text);
}

/** One of `words`; `otherwise` when it is left out. */
export function readWord<Word extends string>(
  name: string,
  text: string | undefined,
  words: readonly Word[],
  otherwise: Word,
): Parsed<Word> {
  if (text === undefined) return parsed(otherwise);
  return isOneOf(text, words) ? parsed(text) : refuse(name, `The query parameter "${name}" is ${quote(text)}.`, words.join(', '));
}

/** The room's name; undefined: all rooms. Whether there is such a room is not asked here. Rooms that only the server makes are none. */
export function readRoom(text: string | undefined): Parsed<string | undefined> {
  if (text === undefined || (isRoomId(text) && !isReservedRoomId(text))) return parsed(text);
  const allowed = `1 to ${LIMITS.roomIdLength} of the letters A-Z and a-z, digits and _ - . : #, not beginning with dm: or private: (# as %23); left out: all rooms`;
  return refuse('room', `There is no room ${quote(text)}.`, allowed);
}

/** A zone with its name as IANA spells it; UTC when it is left out. */
export function readZone(text = 'UTC'): Parsed<NamedZone> {
  const zone = zoneOf(text);
  if (zone !== undefined) return parsed({ tz: spellZone(text) ?? text, zone });
  return refuse(
    'tz',
    `The query parameter "tz" is ${quote(text)}, which is no time zone.`,
    'an IANA name such as UTC, Asia/Kolkata or America/New_York; left out: UTC',
  );
}

/** A whole number from 1 to `most`, in digits. */
export function readCount(name: string, text: string | undefined, most: number, otherwise: number): Parsed<number> {
  if (text === undefined) return parsed(otherwise);
  const count = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
  return count <= most
    ? parsed(count)
    : refuse(name, `The query parameter "${name}" is ${quote(text)}.`, `a whole number from 1 to ${most}`);
}

/** The values of all, or the first problem, in the order of the entries. */
export function all<T extends object>(entries: { readonly [Key in keyof T]: Parsed<T[Key]> }): Parsed<T> {
  const values: Record<string, unknown> = {};
  for (const [name, each] of Object.entries<{ kind: string } & Partial<{ value: unknown; problem: Problem }>>(entries)) {
    if (each.kind === 'problem') return each as Parsed<never>;
    values[name] = each.value;
  }
  return parsed(values as T);
}

const shorten = (name: string): string => name.slice(0, 40).toWellFormed();
