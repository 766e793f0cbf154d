import type { TextHash } from './hash.ts';

const PRECISION = 14;
export const REGISTERS = 2 ** PRECISION;
/** Bits of the hash that are left for the rank. */
const RANK_BITS = 64 - PRECISION;
/** The relative standard error of an estimate: 1.04 / √16,384. */
export const STANDARD_ERROR = 0.0081;

/**
 * HyperLogLog (Flajolet et al. 2007) with 64-bit hashes and 16,384 registers of one byte, read with the estimator of Ertl 2017
 * ("New cardinality estimation algorithms", algorithm 6), which needs no table of biases and no switch between ranges.
 */
export class HyperLogLog {
  readonly #registers: Uint8Array;

  constructor(registers: Uint8Array = new Uint8Array(REGISTERS)) {
    this.#registers = registers;
  }

  /** Takes the outcome that stands in `hash`. */
  add(hash: TextHash): void {
    const register = hash.high >>> (32 - PRECISION);
    const rest = (hash.high << PRECISION) >>> 0;
    const rank = rest === 0 ? 32 - PRECISION + Math.clz32(hash.low) + 1 : Math.clz32(rest) + 1;
    if (rank > (this.#registers[register] ?? 0)) this.#registers[register] = rank;
  }

  merge(other: HyperLogLog): void {
    const mine = this.#registers;
    const theirs = other.#registers;
    for (let i = 0; i < REGISTERS; i++) {
      const rank = theirs[i] ?? 0;
      if (rank > (mine[i] ?? 0)) mine[i] = rank;
    }
  }

  clone(): HyperLogLog {
    return new HyperLogLog(this.#registers.slice());
  }

  clear(): void {
    this.#registers.fill(0);
  }

  /** About how many different items were added. */
  estimate(): number {
    const counts = new Float64Array(RANK_BITS + 2);
    for (let i = 0; i < REGISTERS; i++) {
      const rank = this.#registers[i] ?? 0;
      counts[rank] = (counts[rank] ?? 0) + 1;
    }
    let z = REGISTERS * tau(1 - (counts[RANK_BITS + 1] ?? 0) / REGISTERS);
    for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0));
    z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS);
    return REGISTERS ** 2 / (2 * Math.LN2 * z);
  }

  /** The registers as they are: read only. */
  get registers(): Uint8Array {
    return this.#registers;
  }

  /** Undefined for ranks that no hash has. */
  static fromRegisters(registers: Uint8Array): HyperLogLog | undefined {
    const isSound = registers.length === REGISTERS && registers.every((rank) => rank <= RANK_BITS + 1);
    return isSound ? new HyperLogLog(registers) : undefined;
  }
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = share;
  let before: number;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (z !== before);
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  let before: number;
  do {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  } while (z !== before);
  return z / 3;
}
