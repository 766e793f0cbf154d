import type { Random } from './random.ts';
import { syllables } from './vocabulary.ts';

/** Who is there at the beginning; the others come one by one. */
const AT_FIRST = 0.15;
const SEPARATORS = ['', '', '', '_', '-'];

/** Everybody who ever wrote. A user is a number; ids and names differ, as they do in most chats. */
export class People {
  readonly ids: string[] = [];
  readonly names: string[] = [];
  readonly #random: Random;
  readonly #taken = new Set<string>();

  constructor(random: Random, total: number) {
    this.#random = random;
    for (let i = 0; i < total * AT_FIRST; i++) this.add();
  }

  static laterShare = 1 - AT_FIRST;

  get size(): number {
    return this.ids.length;
  }

  add(): number {
    const random = this.#random;
    let name = '';
    do {
      name = syllables(random, 2 + random.below(2));
      if (random.chance(0.3)) name = name.charAt(0).toUpperCase() + name.slice(1);
      if (random.chance(0.35)) name += random.pick(SEPARATORS) + random.below(100);
    } while (this.#taken.has(name.toLowerCase()));
    this.#taken.add(name.toLowerCase());
    this.names.push(name);
    this.ids.push(`u${(this.ids.length + 1).toString(36).padStart(4, '0')}`);
    return this.ids.length - 1;
  }

  /** Of those that are there, the earlier the likelier. */
  someone(): number {
    return Math.floor(this.#random.unit() ** 1.6 * this.size);
  }
}
