import { People } from './people.ts';
import { Random, Weighted, zipf } from './random.ts';
import { BY_HOUR, DAY_MS, HOUR_MS, hoursOf, MINUTE_MS } from './rhythm.ts';
import { Room } from './room.ts';
import { Vocabulary } from './vocabulary.ts';

export interface ChatOptions {
  readonly messages: number;
  readonly rooms: number;
  readonly years: number;
  readonly seed: number;
  /** Where it ends; ms since 1970, a whole UTC hour. */
  readonly endT: number;
}

/** Times in ms since 1970, ids as texts; `replyTo` '' for none. */
export type Emit = (room: string, messageId: string, user: string, username: string, content: string, t: number, replyTo: string) => void;

/** A burst: a room in which everybody talks at once for some minutes. */
interface Burst {
  readonly room: Room;
  readonly perMinute: number;
  minutesLeft: number;
}

const DAYS_PER_YEAR = 365.25;
const USERS_AT_MOST = 60_000;
/** (room, user) pairs of a day with 25,000 messages: some 2,500 people, since one writes in more rooms than one. */
const CHATTERS_PER_MESSAGE = 0.14;
const BURSTS_PER_DAY = 1.5;

/** The first instant of what `generateChat` makes. */
export function startOfChat({ years, endT }: Pick<ChatOptions, 'years' | 'endT'>): number {
  return endT - Math.round(years * DAYS_PER_YEAR) * DAY_MS;
}

/**
 * Chat as people write it, in order of time: few rooms with most of the messages, the same people again and again, days and weeks,
 * bursts, answers, questions. Nothing but a function of the options; memory does not grow with the number of messages.
 */
export function generateChat(options: ChatOptions, emit: Emit): void {
  new Chat(options, emit).run();
}

class Chat {
  readonly #options: ChatOptions;
  readonly #emit: Emit;
  readonly #random: Random;
  readonly #vocabulary: Vocabulary;
  readonly #people: People;
  readonly #rooms: readonly Room[];
  readonly #byWeight: Weighted;
  readonly #strangersPerDay: number;
  readonly #offsets = new Uint32Array(1 << 16);
  #bursts: Burst[] = [];
  #left: number;

  constructor(options: ChatOptions, emit: Emit) {
    const { messages, rooms, years, seed } = options;
    this.#options = options;
    this.#emit = emit;
    this.#random = new Random(seed);
    this.#left = messages;
    this.#vocabulary = new Vocabulary(this.#random);
    const users = Math.min(USERS_AT_MOST, Math.ceil(messages / 50) + 20);
    this.#people = new People(this.#random, users);
    const days = years * DAYS_PER_YEAR;
    this.#strangersPerDay = (users * People.laterShare) / days;
    const weights = zipf(rooms, 1);
    this.#byWeight = new Weighted(weights);
    // A room ten times as busy has four times as many people.
    const sizes = weights.map((weight) => weight ** 0.6);
    const perSize = ((messages / days) * CHATTERS_PER_MESSAGE) / sizes.reduce((sum, size) => sum + size, 0);
    this.#rooms = sizes.map((size, i) => {
      const shift = this.#random.pick([0, 0, 0, 6, 6, 9, 16]);
      return new Room(`room-${String(i + 1).padStart(3, '0')}`, shift, size * perSize, this.#people, this.#random);
    });
  }

  run(): void {
    const { endT, messages } = this.#options;
    const startT = startOfChat(this.#options);
    const hours = hoursOf(startT, endT, messages, this.#random);
    let expected = messages;
    for (const [i, busy] of hours.entries()) {
      const hourT = startT + i * HOUR_MS;
      if (i % 24 === 0) this.#beginDay();
      for (let minute = 0; minute < 60 && this.#left > 0; minute++) {
        // What bursts added is taken off the rest, so that the sum is met.
        const mean = ((busy / 60) * this.#left) / Math.max(1, expected);
        const isLast = i === hours.length - 1 && minute === 59;
        this.#minute(hourT + minute * MINUTE_MS, isLast ? this.#left : this.#random.poisson(mean));
        expected -= busy / 60;
      }
    }
  }

  #beginDay(): void {
    const strangers = new Map<Room, number>();
    for (let left = this.#random.poisson(this.#strangersPerDay); left > 0; left--) {
      const room = this.#anyRoom();
      strangers.set(room, (strangers.get(room) ?? 0) + 1);
    }
    for (const room of this.#rooms) room.open(strangers.get(room) ?? 0);
  }

  #minute(t: number, count: number): void {
    const random = this.#random;
    if (random.chance(BURSTS_PER_DAY / 1440))
      this.#bursts.push({ room: this.#anyRoom(), perMinute: 20 + random.below(100), minutesLeft: 1 + random.below(8) });
    const speaking: Room[] = [];
    for (const burst of this.#bursts) {
      for (let i = random.poisson(burst.perMinute); i > 0; i--) speaking.push(burst.room);
      burst.minutesLeft--;
    }
    if (this.#bursts.length > 0) this.#bursts = this.#bursts.filter(({ minutesLeft }) => minutesLeft > 0);
    const inBursts = speaking.length;
    const total = Math.min(this.#left, count + inBursts, this.#offsets.length);
    const offsets = this.#offsets.subarray(0, total);
    for (let i = 0; i < total; i++) offsets[i] = random.below(MINUTE_MS);
    offsets.sort();
    const hour = Math.floor(t / HOUR_MS) % 24;
    // The share of bursts is spread evenly over the minute.
    for (let i = 0, used = 0; i < total; i++) {
      const isOfBurst = used < inBursts && random.chance((inBursts - used) / (total - i));
      this.#message((isOfBurst ? speaking[used++] : undefined) ?? this.#roomAt(hour), t + (offsets[i] ?? 0));
    }
    this.#left -= total;
  }

  #roomAt(hour: number): Room {
    for (let tries = 0; tries < 2; tries++) {
      const room = this.#anyRoom();
      if (room.shift === 0 || this.#random.chance(BY_HOUR[(hour + 24 - room.shift) % 24] ?? 0)) return room;
    }
    return this.#anyRoom();
  }

  #anyRoom(): Room {
    const room = this.#rooms[this.#byWeight.pick(this.#random)];
    if (room === undefined) throw new RangeError('there are no rooms');
    return room;
  }

  #message(room: Room, t: number): void {
    const user = room.speaker();
    const id = orderedId(t, this.#random);
    const replyTo = this.#random.chance(0.06) ? (room.recentMessage() ?? '') : '';
    this.#emit(room.id, id, this.#people.ids[user] ?? '', this.#people.names[user] ?? '', this.#content(room, user), t, replyTo);
    room.spoke(user, id);
  }

  #content(room: Room, user: number): string {
    const random = this.#random;
    const vocabulary = this.#vocabulary;
    const [lead, tail, more] = [random.unit(), random.unit(), random.unit()];
    let text = vocabulary.sentence();
    const other = lead < 0.16 ? room.someoneElse(user) : undefined;
    if (other !== undefined) {
      const name = this.#people.names[other] ?? '';
      if (lead < 0.09) text = `${name}: ${text}`;
      else text = lead < 0.12 ? `${name}, ${text}` : `${text} @${name}`;
    }
    if (more < 0.03) text += ` ${vocabulary.link()}`;
    else if (more < 0.09) text += ` ${vocabulary.emoji()}`;
    if (tail < 0.14) return `${text}?`;
    if (tail < 0.4) return `${text}.`;
    return tail < 0.43 ? `${text}!` : text;
  }
}

const HEX = Array.from({ length: 1 << 16 }, (_, i) => i.toString(16).padStart(4, '0'));

/** As the server makes them: a UUID that rises with the time. */
function orderedId(t: number, random: Random): string {
  const [a, b, c] = [random.bits(), random.bits(), random.bits()];
  const seconds = Math.floor(t / 65_536);
  return (
    `${HEX[Math.floor(seconds / 65_536)]}${HEX[seconds % 65_536]}-${HEX[t % 65_536]}-${HEX[0x4000 | (a & 0xfff)]}` +
    `-${HEX[0x8000 | ((a >>> 12) & 0x3fff)]}-${HEX[b & 0xffff]}${HEX[b >>> 16]}${HEX[c & 0xffff]}`
  );
}
