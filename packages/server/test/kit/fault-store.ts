import { type Store, StoreUnavailable } from '../../src/store/store.ts';

type Kind = 'read' | 'write';

interface Operation {
  readonly name: string;
  readonly kind: Kind;
  /** Does it, and holds the answer back. */
  execute(): Promise<void>;
  fail(): void;
  /** Gives the answer; undefined while it was not done. */
  answer: (() => void) | undefined;
}

/** When a write fails: before it had any effect, or after it was committed. */
export type Failure = 'before' | 'after';

/**
 * A store whose operations wait until they are told to go on, in two steps: doing it, and answering. Writes are done and
 * answered in their order; reads may overtake everything.
 */
export class FaultStore implements Store {
  readonly kind;
  readonly #inner: Store;
  #waiting: Operation[] = [];
  /** After a crash nothing is done any more. */
  #isDead = false;

  constructor(inner: Store) {
    this.#inner = inner;
    this.kind = inner.kind;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Operations that may go on now. */
  ready(): readonly Operation[] {
    const firstWrite = this.#waiting.find((each) => each.kind === 'write');
    return this.#waiting.filter((each) => each.kind === 'read' || each === firstWrite);
  }

  /** Lets one of `ready` take its next step: being done, or being answered. */
  async step(operation: Operation): Promise<void> {
    if (operation.answer === undefined) return operation.execute();
    this.#remove(operation);
    operation.answer();
  }

  async fail(operation: Operation, failure: Failure): Promise<void> {
    if (failure === 'after' && operation.answer === undefined && operation.kind === 'write') await operation.execute();
    this.#remove(operation);
    operation.fail();
  }

  die(): void {
    this.#isDead = true;
    this.#waiting = [];
  }

  append: Store['append'] = (batch) => this.#later('append', 'write', () => this.#inner.append(batch));
  openEpoch: Store['openEpoch'] = (...args) => this.#later('openEpoch', 'write', () => this.#inner.openEpoch(...args));
  importEvents: Store['importEvents'] = (batch) => this.#later('importEvents', 'write', () => this.#inner.importEvents(batch));
  room: Store['room'] = (...args) => this.#later('room', 'read', () => this.#inner.room(...args));
  find: Store['find'] = (...args) => this.#later('find', 'read', () => this.#inner.find(...args));
  missed: Store['missed'] = (...args) => this.#later('missed', 'read', () => this.#inner.missed(...args));
  sequencedAfter: Store['sequencedAfter'] = (...args) => this.#later('sequencedAfter', 'read', () => this.#inner.sequencedAfter(...args));
  roomMessages: Store['roomMessages'] = (...args) => this.#later('roomMessages', 'read', () => this.#inner.roomMessages(...args));
  userMessages: Store['userMessages'] = (...args) => this.#later('userMessages', 'read', () => this.#inner.userMessages(...args));
  rooms: Store['rooms'] = (...args) => this.#later('rooms', 'read', () => this.#inner.rooms(...args));
  totals: Store['totals'] = () => this.#later('totals', 'read', () => this.#inner.totals());
  activitySince: Store['activitySince'] = (time) => this.#later('activitySince', 'read', () => this.#inner.activitySince(time));
  close: Store['close'] = (isClean) => this.#inner.close(isClean);

  #later<T>(name: string, kind: Kind, run: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (this.#isDead) return promise;
    const operation: Operation = {
      name,
      kind,
      answer: undefined,
      fail: () => reject(new StoreUnavailable('the store is away')),
      execute: async () => {
        try {
          const result = await run();
          operation.answer = () => resolve(result);
        } catch (error) {
          operation.answer = () => reject(error);
        }
      },
    };
    this.#waiting.push(operation);
    return promise;
  }

  #remove(operation: Operation): void {
    this.#waiting = this.#waiting.filter((each) => each !== operation);
  }
}
