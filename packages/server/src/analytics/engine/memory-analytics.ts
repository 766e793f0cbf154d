import type { StoredMessage, StoredNotice } from '../../store/store.ts';
import type { Clock } from '../../util/clock.ts';
import type { LiveFactsSink, NamedLiveFact } from '../live-facts-sink.ts';
import { answer } from '../query/answer.ts';
import { MemoryQueryStore } from '../query/memory-query-store.ts';
import { Recounts } from '../query/recounts.ts';
import { ZoneDays } from '../query/zone-days.ts';
import type { Questions, Repairing } from '../questions.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { AnalyticsEngine, type EngineOptions } from './engine.ts';
import type { LiveFact } from './live-facts.ts';
import { MemoryEngineStore } from './memory-engine-store.ts';
import type { AskedRepair, MessageFact, NamedRepair, NoticeFact, RepairBeginning } from './ports.ts';

type Numbers = Map<string, number>;

const TAKEN_WITHIN_MS = 500;
const TICK_MS = 1000;
/** Of up to 500 messages each, in one turn of the event loop. */
const READS_AT_ONCE = 1;

/** The whole of analytics in this process, beside a store that forgets as well. */
export class MemoryAnalytics implements LiveFactsSink, Questions, Repairing {
  readonly #clock: Clock;
  readonly #onBug: (error: unknown) => void;
  readonly #numbers: Record<'rooms' | 'users' | 'terms', Numbers> = { rooms: new Map(), users: new Map(), terms: new Map() };
  readonly #store = new MemoryEngineStore(this.#numbers.terms, (what, number) =>
    nameOf(this.#numbers[`${what === 'word' ? 'term' : what}s`], number),
  );
  readonly #notices: NoticeFact[] = [];
  readonly #questions = new MemoryQueryStore(this.#store, this.#numbers, this.#notices, () => this.#uncountedSince());
  readonly #recounts = new Recounts(this.#questions);
  readonly #zoneDays = new ZoneDays();
  readonly #engine: AnalyticsEngine;
  readonly #stopTicking: () => void;
  #waiting: (StoredMessage | StoredNotice)[] = [];
  #waitingSince = 0;
  #cancelTake: (() => void) | undefined;
  #rows = 0;

  constructor(clock: Clock, engine: Pick<EngineOptions, 'minutesKeptMs' | 'maxRooms'>, onBug: (error: unknown) => void) {
    this.#clock = clock;
    this.#onBug = onBug;
    this.#engine = new AnalyticsEngine(this.#store, { ...engine, now: clock.now });
    this.#stopTicking = clock.every(TICK_MS, () => this.#guarded(() => this.#engine.tick()));
  }

  /** What the store inserted, in its order. */
  inserted(events: readonly (StoredMessage | StoredNotice)[]): void {
    if (this.#waiting.length === 0) this.#waitingSince = this.#clock.monotonic();
    this.#waiting.push(...events);
    this.#cancelTake ??= this.#clock.after(TAKEN_WITHIN_MS, () => this.#guarded(() => this.#take()));
  }

  async write(facts: readonly NamedLiveFact[]): Promise<void> {
    this.#engine.takeLive(facts.map((fact) => this.#numbered(fact)));
  }

  async ask(...[question, context]: Parameters<Questions['ask']>): ReturnType<Questions['ask']> {
    return answer(question, this.#questions, context, this.#zoneDays);
  }

  async ready(): Promise<void> {}

  async beginRecount(...asked: Parameters<Questions['beginRecount']>): ReturnType<Questions['beginRecount']> {
    return this.#recounts.begin(...asked);
  }

  async stepRecount(): ReturnType<Questions['stepRecount']> {
    await new Promise<void>((resolve) => void this.#clock.after(0, resolve));
    return this.#recounts.step();
  }

  async beginRepair({ room, ...range }: AskedRepair): Promise<RepairBeginning> {
    const number = room === undefined ? undefined : this.#numbers.rooms.get(room);
    if (room !== undefined && number === undefined) return 'unknown room';
    const isBegun = this.#engine.beginRepair({ room: number, ...range });
    this.#cancelTake ??= this.#clock.after(0, () => this.#guarded(() => this.#take()));
    return isBegun ? 'begun' : 'running';
  }

  async lastRepair(): Promise<NamedRepair | undefined> {
    return this.#engine.lastRepair;
  }

  /** Messages and notices that are to be counted, and the milliseconds that the oldest has waited. */
  uncounted(): { readonly messages: number; readonly oldestMs: number } {
    const messages = this.#waiting.length;
    return { messages, oldestMs: messages === 0 ? 0 : this.#clock.monotonic() - this.#waitingSince };
  }

  async close(): Promise<void> {
    this.#stopTicking();
    this.#cancelTake?.();
  }

  #uncountedSince(): number | undefined {
    let since: number | undefined;
    for (const { type, timestamp, ...event } of this.#waiting)
      if (type === 'chat' && 'position' in event && event.position !== undefined) since = Math.min(since ?? timestamp, timestamp);
    return since;
  }

  #take(): void {
    this.#cancelTake = undefined;
    const messages: MessageFact[] = [];
    const notices: NoticeFact[] = [];
    for (const event of this.#waiting.splice(0)) {
      const room = numberOf(this.#numbers.rooms, event.roomId);
      const user = numberOf(this.#numbers.users, event.userId);
      const t = event.timestamp;
      if (event.type === 'join' || event.type === 'leave') {
        notices.push({ room, kind: event.type, t });
        continue;
      }
      this.#rows += 1;
      if (event.type !== 'chat') continue;
      const { messageId: id, userId, username, content, replyTo, position } = event;
      messages.push({ room, user, userId, username, content, id, replyTo, t, seq: position?.seq ?? 0, row: this.#rows });
    }
    this.#store.insert(messages);
    this.#notices.push(...notices);
    this.#engine.take(messages);
    this.#engine.takeNotices(notices);
    this.#repair();
  }

  #repair(): void {
    if (this.#engine.repair(READS_AT_ONCE)) return;
    this.#cancelTake ??= this.#clock.after(0, () => this.#guarded(() => this.#take()));
  }

  #numbered(fact: NamedLiveFact): LiveFact {
    if (fact.kind === 'drops') return fact;
    const room = fact.room === undefined ? ALL_ROOMS : numberOf(this.#numbers.rooms, fact.room);
    return fact.kind === 'present' ? { ...fact, room, user: numberOf(this.#numbers.users, fact.user) } : { ...fact, room };
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#onBug(error);
    }
  }
}

function nameOf(numbers: Numbers, number: number): string | undefined {
  for (const [name, each] of numbers) if (each === number) return name;
  return undefined;
}

/** Adds a name that is new. */
function numberOf(numbers: Numbers, name: string): number {
  const number = numbers.get(name) ?? numbers.size + 1;
  numbers.set(name, number);
  return number;
}
