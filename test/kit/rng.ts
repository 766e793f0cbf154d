/** A seeded random source: the same seed gives the same run. `SEED=…` in the environment overrides every default. */
export class Rng {
  readonly seed: number;
  #state: number;

  constructor(defaultSeed: number) {
    const asked = Number.parseInt(process.env.SEED ?? '', 10);
    this.seed = Number.isNaN(asked) ? defaultSeed : asked;
    this.#state = this.seed >>> 0;
  }

  /** [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number of [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A version 4 UUID made of this source. */
  uuid(): string {
    const hex = Array.from({ length: 32 }, () => this.between(0, 15).toString(16));
    hex[12] = '4';
    hex[16] = (8 + this.between(0, 3)).toString(16);
    return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}

/**
 * Another seed each time, so that a soak sees what none saw before; in CI the same one, so that its verdict is of the commit and not of
 * the day.
 */
export const anySeed = (): number => (process.env.CI === undefined ? Date.now() % 1_000_000 : 20_261);

/** Runs a seeded test; a failure says how to see it again. */
export async function seeded(defaultSeed: number, run: (rng: Rng) => Promise<void>): Promise<void> {
  const rng = new Rng(defaultSeed);
  try {
    await run(rng);
  } catch (error) {
    throw new Error(`failed with SEED=${rng.seed}`, { cause: error });
  }
}
