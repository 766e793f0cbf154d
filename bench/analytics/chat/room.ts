import type { People } from './people.ts';
import type { Random } from './random.ts';

const LATELY = 8;
/** Regulars for each one that writes on a day. */
const REGULARS_PER_CHATTER = 3;

/** One room: who comes regularly, who is there today, and who spoke last. */
export class Room {
  readonly id: string;
  /** Hours by which its people live later than others. */
  readonly shift: number;
  readonly #random: Random;
  readonly #people: People;
  readonly #chatters: number;
  readonly #regulars: number[];
  #today: number[] = [];
  /** The last speakers and their messages, a ring. */
  readonly #speakers = new Int32Array(LATELY);
  readonly #messages: string[] = new Array<string>(LATELY).fill('');
  #spoken = 0;

  constructor(id: string, shift: number, chatters: number, people: People, random: Random) {
    this.id = id;
    this.shift = shift;
    this.#random = random;
    this.#people = people;
    this.#chatters = chatters;
    this.#regulars = Array.from({ length: Math.max(3, Math.round(chatters * REGULARS_PER_CHATTER)) }, () => people.someone());
  }

  /** A day begins: some of the regulars come, the same ones often; `strangers` take the place of regulars who are never seen again. */
  open(strangers: number): void {
    const random = this.#random;
    const regulars = this.#regulars;
    const here = new Set<number>();
    for (let i = 0; i < strangers; i++) {
      const stranger = this.#people.add();
      here.add(stranger);
      if (random.chance(0.35)) regulars[random.below(regulars.length)] = stranger;
    }
    if (random.chance(0.1)) regulars[random.below(regulars.length)] = this.#people.someone();
    const size = Math.max(2, random.poisson(this.#chatters));
    for (let tries = 0; here.size < size && tries < 3 * size; tries++)
      here.add(regulars[Math.floor(random.unit() ** 1.5 * regulars.length)] ?? 0);
    this.#today = [...here];
    // Who speaks most is not who comes first.
    for (let i = this.#today.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [this.#today[i], this.#today[j]] = [this.#today[j] ?? 0, this.#today[i] ?? 0];
    }
  }

  /** Talk goes to and fro: often one of the last two speakers, else anybody who is there. */
  speaker(): number {
    const roll = this.#random.unit();
    if (this.#spoken > 1 && roll < 0.5) return this.#speakers[(this.#spoken - (roll < 0.2 ? 1 : 2)) % LATELY] ?? 0;
    return this.#today[Math.floor(this.#random.unit() ** 2 * this.#today.length)] ?? 0;
  }

  spoke(user: number, message: string): void {
    this.#speakers[this.#spoken % LATELY] = user;
    this.#messages[this.#spoken % LATELY] = message;
    this.#spoken++;
  }

  /** Somebody who spoke lately, if anybody. */
  someoneElse(user: number): number | undefined {
    if (this.#spoken === 0) return undefined;
    const found = this.#speakers[this.#lately()];
    return found === user ? undefined : found;
  }

  /** A message that was written lately, if any. */
  recentMessage(): string | undefined {
    return this.#spoken === 0 ? undefined : this.#messages[this.#lately()];
  }

  #lately(): number {
    return this.#random.below(Math.min(LATELY, this.#spoken));
  }
}
