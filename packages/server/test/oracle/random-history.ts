import { Rng } from '../kit/rng.ts';
import type { OracleEvent } from './events.ts';
import { randomContent } from './random-content.ts';

export interface RandomHistory {
  /** In the order of arrival: late ones and repeats among them. */
  readonly events: readonly OracleEvent[];
  readonly deletedIds: readonly { readonly room: string; readonly messageId: string }[];
  readonly rooms: readonly string[];
  /** Whole days around every event. */
  readonly from: string;
  readonly to: string;
  /** A zone whose clocks change, or jump oddly, within the range for most histories. */
  readonly tz: string;
}

export interface HistoryOptions {
  /** How many stretches of talk; 30 make some 300 events. */
  readonly stretches?: number;
  /** As a server sees it: `seq` by room, no time goes back. Otherwise as an import: no `seq`. */
  readonly live?: boolean;
  /** Several messages of a room at one time: of which a live room knows an order, and an import none. Default: where `live`. */
  readonly ties?: boolean;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A clock change in each, and what is odd about it. */
const CHANGES: readonly (readonly [tz: string, near: string])[] = [
  ['Europe/Berlin', '2005-03-27T01:00:00.000Z'],
  ['Europe/Berlin', '2016-10-30T01:00:00.000Z'],
  ['America/New_York', '2007-11-04T06:00:00.000Z'],
  ['America/St_Johns', '2009-11-01T02:31:00.000Z'], // half an hour; back over midnight
  ['America/Sao_Paulo', '2012-10-21T03:00:00.000Z'], // no midnight
  ['Australia/Lord_Howe', '2015-10-03T15:30:00.000Z'], // by half an hour
  ['Asia/Kathmandu', '2017-12-31T18:15:00.000Z'], // 5:45, and a year's end
  ['Pacific/Apia', '2011-12-30T10:00:00.000Z'], // a day left out
  ['UTC', '2004-12-31T23:59:59.999Z'],
];

interface Person {
  readonly user: string;
  readonly names: readonly string[];
}

/** Names that begin others, that are another's id, and that change. */
const PEOPLE: readonly Person[] = [
  { user: 'bob', names: ['bob', 'Bob'] },
  { user: 'u-2', names: ['bobby', 'BOBBY', 'robert'] },
  { user: 'u-3', names: ['Alice', 'alice_', 'ali'] },
  { user: 'ali', names: ['Ali Baba', 'ali'] },
  { user: '|QuaD-', names: ['|QuaD-'] },
  { user: 'u-6', names: ['Jürgen', 'JÜRGEN', 'ju'] },
  { user: 'u-7', names: ['花子', '花'] },
  { user: 'u-8', names: ['bob', 'eve'] },
  { user: 'EVE', names: ['mallory: the 2nd', 'EVE'] },
  { user: 'u-10', names: ['zoë', 'x', 'ΟΔΥΣΣΕΥΣ', 'a@b', '@@@@@'] },
  { user: 'ＷＩＤＥ', names: ['wide', 'anna', 'anna bell'] },
];

/** The gaps that definitions speak of, and their neighbours. */
const GAPS_MS = [
  1,
  999,
  1000,
  10_000,
  10 * MINUTE_MS,
  10 * MINUTE_MS + 1,
  30 * MINUTE_MS,
  30 * MINUTE_MS + 1,
  45 * MINUTE_MS,
  6 * 60 * MINUTE_MS,
];
const EDGES_MS = [1000, MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS];

/** A random history, the same for the same seed. */
export function randomHistory(seed: number, { stretches = 30, live = false, ties = live }: HistoryOptions = {}): RandomHistory {
  const rng = new Rng(seed);
  const [tz, near] = pick(rng, CHANGES);
  const rooms = ['#ubuntu', 'a', 'dm:x', 'ä.room'].slice(0, rng.between(1, 4));
  const people = PEOPLE.slice(0, rng.between(3, PEOPLE.length));
  const talk = new Talk(rng, rooms, people, Date.parse(near) - rng.between(0, 4 * DAY_MS), ties);
  for (let i = 0; i < stretches; i += 1) talk.goOn();
  const sorted = talk.events.toSorted((a, b) => Number(a.t) - Number(b.t));
  const times = sorted.map(({ t }) => Number(t));
  return {
    events: (live ? numbered(sorted) : arriving(rng, sorted)).map((event) => ({ ...event, t: new Date(event.t).toISOString() })),
    deletedIds: sorted.flatMap(({ room, messageId }) => (messageId !== undefined && rng.chance(0.04) ? [{ room, messageId }] : [])),
    rooms,
    from: new Date(Math.floor((times[0] ?? 0) / DAY_MS) * DAY_MS).toISOString(),
    to: new Date(Math.floor((times.at(-1) ?? 0) / DAY_MS + 1) * DAY_MS).toISOString(),
    tz,
  };
}

class Talk {
  readonly events: OracleEvent[] = [];
  readonly #rng: Rng;
  readonly #rooms: readonly string[];
  readonly #people: readonly Person[];
  readonly #mayTie: boolean;
  readonly #taken = new Set<string>();
  #at: number;

  constructor(rng: Rng, rooms: readonly string[], people: readonly Person[], at: number, mayTie: boolean) {
    this.#rng = rng;
    this.#rooms = rooms;
    this.#people = people;
    this.#at = at;
    this.#mayTie = mayTie;
  }

  /** One stretch: a silence, a conversation, or a burst after a quiet while. */
  goOn(): void {
    const room = pick(this.#rng, this.#rooms);
    const kind = this.#rng.next();
    if (kind < 0.1) this.#at += this.#rng.between(0, 2 * DAY_MS);
    else if (kind < 0.2) this.#burst(room);
    else if (kind < 0.3) this.#toEdge(room);
    else this.#conversation(room);
  }

  #conversation(room: string): void {
    for (let left = this.#rng.between(2, 15); left > 0; left -= 1) {
      this.#at += this.#rng.chance(0.4) ? pick(this.#rng, GAPS_MS) : this.#rng.between(1, 5 * MINUTE_MS);
      if (this.#rng.chance(0.15)) this.#pass(room);
      this.#say(this.#rng.chance(0.8) ? room : pick(this.#rng, this.#rooms));
    }
  }

  #burst(room: string): void {
    this.#say(room);
    this.#at += this.#rng.between(8, 16) * MINUTE_MS;
    for (let left = this.#rng.between(8, 60); left > 0; left -= 1) {
      this.#at += this.#rng.between(1, 900);
      this.#say(room);
    }
  }

  /** A message on an edge of buckets, or 1 ms before it. */
  #toEdge(room: string): void {
    const step = pick(this.#rng, EDGES_MS);
    const edge = Math.ceil((this.#at + 1) / step) * step;
    this.#at = Math.max(this.#at, edge - this.#rng.between(0, 1));
    this.#say(room);
  }

  #pass(room: string): void {
    const { user } = pick(this.#rng, this.#people);
    this.events.push({ t: this.#at, room, user, type: this.#rng.chance(0.6) ? 'join' : 'leave' });
  }

  #say(room: string): void {
    const last = this.events.at(-1)?.t;
    if (this.#mayTie && last !== undefined && this.#rng.chance(0.1)) this.#at = Number(last);
    else while (this.#taken.has(`${room} ${this.#at}`)) this.#at += 1;
    this.#taken.add(`${room} ${this.#at}`);
    const { user, names } = pick(this.#rng, this.#people);
    const recent = this.events.filter((each) => each.type === 'chat' && each.room === room).slice(-8);
    const elsewhere = this.events.findLast((each) => each.type === 'chat' && each.room !== room)?.messageId;
    const isTaken = (id: string) => this.events.some((each) => each.room === room && each.messageId === id);
    // The same id in another room is another message.
    const messageId = elsewhere !== undefined && this.#rng.chance(0.05) && !isTaken(elsewhere) ? elsewhere : this.#rng.uuid();
    const replyTo = this.#rng.chance(0.25) ? (this.#rng.pick(recent)?.messageId ?? this.#rng.uuid()) : undefined;
    const called = this.#people.flatMap((person) => [person.user, ...person.names]);
    const content = randomContent(this.#rng, called);
    const said = { t: this.#at, room, user, username: pick(this.#rng, names), type: 'chat' as const, content, messageId };
    this.events.push(replyTo === undefined ? said : { ...said, replyTo });
  }
}

function numbered(events: readonly OracleEvent[]): OracleEvent[] {
  const seqs = new Map<string, number>();
  return events.map((event) => {
    if (event.type !== 'chat') return event;
    const seq = (seqs.get(event.room) ?? 0) + 1;
    seqs.set(event.room, seq);
    return { ...event, seq };
  });
}

/** Some come late, some twice. */
function arriving(rng: Rng, events: readonly OracleEvent[]): OracleEvent[] {
  const placed = events.flatMap((event, place) => {
    const late = rng.chance(0.1) ? rng.between(1, events.length) : 0;
    const again = event.type === 'chat' && rng.chance(0.05) ? [{ event, place: place + late + rng.between(1, events.length) }] : [];
    return [{ event, place: place + late }, ...again];
  });
  return placed.sort((a, b) => a.place - b.place).map(({ event }) => event);
}

function pick<T>(rng: Rng, from: readonly T[]): T {
  const picked = rng.pick(from);
  if (picked === undefined) throw new RangeError('nothing to pick from');
  return picked;
}
