import type { Level } from '../rollup/levels.ts';
import { MemoryRollups } from '../rollup/memory-rollups.ts';
import {
  type Changes,
  type Family,
  isOfAllQuarters,
  type RollupKey,
  type RollupReader,
  type RollupWriter,
  type ScopedContainer,
} from '../rollup/port.ts';

/** What is put here stands in the place of what another reader has, which never learns of it. */
export class OverlayRollups implements RollupWriter {
  readonly #base: RollupReader;
  readonly #over = new MemoryRollups();
  readonly #unsettled = new Set<number>();

  constructor(base: RollupReader) {
    this.#base = base;
  }

  get(key: RollupKey): Uint8Array | undefined {
    const { family, scope, level, container, chunk } = key;
    const over = this.#over.get(key);
    if (over !== undefined) return over;
    for (const kept of this.#base.containers(family, scope, level, container, container)) if (kept.chunk === chunk) return kept.body;
    return undefined;
  }

  /** `body` undefined is not kept: nothing is ever taken away here. */
  put(key: RollupKey, body: Uint8Array | undefined): void {
    if (isOfAllQuarters(key)) this.#unsettled.add(key.container);
    this.#over.put(key, body);
  }

  changesSince(stamp: number): Changes {
    return { ...this.#base.changesSince(stamp), unsettled: this.#unsettled };
  }

  *containers(family: Family, scope: number, level: Level, first: number, last: number) {
    const base = withScope(scope, this.#base.containers(family, scope, level, first, last));
    yield* merged(base, withScope(scope, this.#over.containers(family, scope, level, first, last)));
  }

  *scopesOf(family: Family, level: Level, first: number, last: number) {
    yield* merged(this.#base.scopesOf(family, level, first, last), this.#over.scopesOf(family, level, first, last));
  }
}

function* withScope(scope: number, kept: Iterable<Omit<ScopedContainer, 'scope'>>): Generator<ScopedContainer, void> {
  for (const each of kept) yield { ...each, scope };
}

/** Both are ascending; of two at one place the second's stands. */
function* merged(base: Iterable<ScopedContainer>, over: Iterable<ScopedContainer>): Generator<ScopedContainer, void> {
  const waiting = [...over];
  let at = 0;
  for (const kept of base) {
    for (let next = waiting[at]; next !== undefined && order(next, kept) < 0; next = waiting[++at]) yield next;
    const next = waiting[at];
    if (next !== undefined && order(next, kept) === 0) {
      yield next;
      at++;
    } else yield kept;
  }
  yield* waiting.slice(at);
}

const order = (a: ScopedContainer, b: ScopedContainer): number => a.scope - b.scope || a.container - b.container || a.chunk - b.chunk;
