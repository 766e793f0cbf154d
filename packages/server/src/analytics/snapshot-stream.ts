import type { Clock } from '../util/clock.ts';
import { type JsonObject, mergePatch, withoutNulls } from './snapshot-stream-patch.ts';

const PERIOD_MS = 1000;
/** Proxies and browsers drop what is silent for 30 to 60 s. */
const HEARTBEAT_MS = 15_000;
/** How far back a subscriber may have been to go on with a diff. */
const HISTORY_MS = 60_000;
/** As a comment, which readers of events skip. */
const HEARTBEAT = Buffer.from(':\n\n');
/** Members that change whenever one looks: alone they are no news. */
const TICKING: ReadonlySet<string> = new Set(['at', 'uptimeSeconds']);

/** One who listens. */
export interface StreamReader {
  /** Must not block, nor throw. */
  write(bytes: Buffer): void;
}

export interface StreamDeps {
  /** Undefined: there is nothing to tell, now or ever. */
  snapshot(): object | undefined;
  readonly clock: Clock;
  /** Sets the ids of this process apart from those of any other. Letters, digits and `-`. */
  readonly runId: string;
  onBug(error: unknown): void;
}

interface State {
  readonly id: string;
  readonly text: string;
  /** When another one took its place; undefined: none did. */
  endedAt: number | undefined;
  /** The event that leads from here to the newest state, made when first asked for. */
  catchUp: Buffer | undefined;
}

/**
 * The live snapshot as server-sent events: `snapshot` first, then `diff`, a merge patch (RFC 7396) against the state before, when
 * something changed and at most once a second. One timer and one text serve all readers; without any the timer rests. States that
 * were the newest within the last minute are remembered, as texts, for readers that come back: at most 61.
 */
export class SnapshotStream {
  readonly #deps: StreamDeps;
  readonly #readers = new Set<StreamReader>();
  /** Oldest first; the last one is what every reader has. */
  #states: State[] = [];
  #newest: JsonObject = {};
  #made = 0;
  #checkedAt = 0;
  #spokeAt = 0;
  #stopTimer: (() => void) | undefined;

  constructor(deps: StreamDeps) {
    this.#deps = deps;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Looks what is new, when nobody has for a second. False: there is nothing to tell. */
  refresh(): boolean {
    // With readers the timer has.
    if (this.#readers.size === 0 && this.#isStale()) this.#tick();
    return this.#states.length > 0;
  }

  /**
   * Writes at once what `reader` needs to have the newest state (nothing when `lastId` is it), then each change. Returns how to leave,
   * any number of times.
   */
  subscribe(reader: StreamReader, lastId?: string): () => void {
    this.refresh();
    const current = this.#states.at(-1);
    if (current === undefined) return () => {};
    const known = this.#states.find(({ id }) => id === lastId);
    if (known === undefined) reader.write(encodeEvent('snapshot', current.id, current.text));
    else if (known !== current) reader.write(this.#catchUp(known, current.id));
    this.#readers.add(reader);
    this.#stopTimer ??= this.#deps.clock.every(PERIOD_MS, () => this.#tickSafely());
    return () => this.#leave(reader);
  }

  #leave(reader: StreamReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #isStale(): boolean {
    return this.#states.length === 0 || this.#deps.clock.monotonic() - this.#checkedAt >= PERIOD_MS;
  }

  #tickSafely(): void {
    try {
      this.#tick();
    } catch (error) {
      this.#deps.onBug(error);
    }
  }

  #tick(): void {
    const now = this.#deps.clock.monotonic();
    this.#checkedAt = now;
    this.#forget(now);
    const event = this.#advance(now);
    if (event !== undefined) this.#writeAll(event, now);
    else if (now - this.#spokeAt >= HEARTBEAT_MS) this.#writeAll(HEARTBEAT, now);
  }

  /** Takes a snapshot; when it has news it is the newest state from now on, and the event from the one before is returned. */
  #advance(now: number): Buffer | undefined {
    const taken = this.#deps.snapshot();
    if (taken === undefined) return undefined;
    // What readers get is JSON: so that is what is compared.
    const next = withoutNulls(JSON.parse(JSON.stringify(taken)) as JsonObject);
    const patch = mergePatch(this.#newest, next);
    const isNews = patch !== undefined && Object.keys(patch).some((name) => !TICKING.has(name));
    if (!isNews && this.#states.length > 0) return undefined;
    const id = `${this.#deps.runId}-${++this.#made}`;
    for (const state of this.#states) {
      state.catchUp = undefined;
      state.endedAt ??= now;
    }
    this.#states.push({ id, text: JSON.stringify(next), endedAt: undefined, catchUp: undefined });
    this.#newest = next;
    return encodeEvent('diff', id, JSON.stringify(patch ?? {}));
  }

  #catchUp(known: State, id: string): Buffer {
    if (known.catchUp === undefined) {
      const patch = mergePatch(JSON.parse(known.text) as JsonObject, this.#newest) ?? {};
      known.catchUp = encodeEvent('diff', id, JSON.stringify(patch));
    }
    return known.catchUp;
  }

  #forget(now: number): void {
    this.#states = this.#states.filter(({ endedAt }) => endedAt === undefined || now - endedAt <= HISTORY_MS);
  }

  #writeAll(bytes: Buffer, now: number): void {
    this.#spokeAt = now;
    for (const reader of this.#readers) reader.write(bytes);
  }
}

function encodeEvent(event: 'snapshot' | 'diff', id: string, json: string): Buffer {
  // JSON.stringify writes no line ends, so one line of data is enough.
  return Buffer.from(`event: ${event}\nid: ${id}\ndata: ${json}\n\n`);
}
