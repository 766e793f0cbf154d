import type { Clock } from '../util/clock.ts';
import type { Logger } from './logger.ts';

export interface FaultLogParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** What fails, as the lines begin: "counting messages". */
  readonly what: string;
}

/** Longer than whatever fails waits before it tries again. */
const QUIET_MS = 10_000;
/** From the beginning to the second line; then each takes twice as long as all before, at most an hour. */
const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Different errors of one spell that have lines of their own. */
const MAX_DIFFERENT = 5;

interface Spell {
  readonly startedAt: number;
  readonly seen: Set<string>;
  failures: number;
  lastAt: number;
  nextLineAt: number;
  cancelEnd: () => void;
}

/** Of what fails again and again: a line when it begins, some while it lasts, fewer and fewer, and one when it is over. */
export class FaultLog {
  readonly #parts: FaultLogParts;
  #faults = 0;
  #spell: Spell | undefined;

  constructor(parts: FaultLogParts) {
    this.#parts = parts;
  }

  /** Since the start. */
  get faults(): number {
    return this.#faults;
  }

  get isFailing(): boolean {
    return this.#spell !== undefined;
  }

  failed(error: unknown): void {
    const { clock, logger, what } = this.#parts;
    const now = clock.monotonic();
    const isFirst = this.#spell === undefined;
    this.#spell ??= { startedAt: now, seen: new Set(), failures: 0, lastAt: now, nextLineAt: now + FIRST_WAIT_MS, cancelEnd: () => {} };
    const spell = this.#spell;
    this.#faults += 1;
    spell.failures += 1;
    spell.lastAt = now;
    spell.cancelEnd();
    spell.cancelEnd = clock.after(QUIET_MS, () => this.#end(spell));
    const text = String(error);
    const isNew = spell.seen.size < MAX_DIFFERENT && !spell.seen.has(text);
    if (isNew) spell.seen.add(text);
    if (isFirst) logger.error({ err: error }, `${what} fails, and is tried again`);
    else if (isNew || now >= spell.nextLineAt) logger.error({ err: error, ...lengthOf(spell) }, `${what} still fails`);
    if (now >= spell.nextLineAt) spell.nextLineAt = now + Math.min(now - spell.startedAt, LONGEST_WAIT_MS);
  }

  #end(spell: Spell): void {
    this.#spell = undefined;
    this.#parts.logger.info(lengthOf(spell), `${this.#parts.what} goes on`);
  }
}

function lengthOf({ startedAt, lastAt, failures }: Spell): { readonly failures: number; readonly seconds: number } {
  return { failures, seconds: Math.round((lastAt - startedAt) / 1000) };
}
