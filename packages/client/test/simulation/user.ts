import { decodeServerFrame } from '@hubbub/protocol';
import type { FakeClock } from '../../../server/test/kit/fake-clock.ts';
import type { Rng } from '../../../server/test/kit/rng.ts';
import type { Journal, Sending } from '../../../server/test/simulation/journal.ts';
import { type Client, connect, type Room } from '../../src/index.ts';
import { Pipe } from './pipe.ts';
import { Witness } from './witness.ts';

export interface UserDeps {
  readonly clock: FakeClock;
  readonly rng: Rng;
  readonly journal: Journal;
  /** Shared by all: by it what is on a wire finds its sending. */
  readonly sendings: Map<string, Sending>;
}

/** A person with the SDK: what they ask of it, and what it shows them. */
export class User {
  readonly userId: string;
  readonly name: string;
  readonly pipes: Pipe[] = [];
  readonly rooms = new Map<string, Room>();
  readonly client: Client;
  readonly #witnesses = new Map<string, Witness>();
  readonly #deps: UserDeps;
  readonly #keep: number;
  #written = 0;
  #unsettled = 0;
  #isOrphanSpeaking = false;

  constructor(name: string, userId: string, deps: UserDeps) {
    const { clock, rng } = deps;
    this.name = name;
    this.userId = userId;
    this.#deps = deps;
    this.#keep = rng.between(3, 200);
    const makePipe = (url: string): Pipe => this.#makePipe(url);
    this.client = connect({
      url: 'ws://simulation/ws',
      userId,
      history: rng.between(0, 20),
      keepMessages: this.#keep,
      maxPending: rng.between(2, 20),
      clock: { now: clock.monotonic, wall: clock.now, after: (delayMs, run) => clock.after(delayMs, run) },
      random: rng.next,
      WebSocket: class {
        constructor(url: string) {
          // biome-ignore lint/correctness/noConstructorReturn: a constructor is what the SDK wants
          return makePipe(url);
        }
      } as unknown as new (
        url: string,
      ) => Pipe,
    });
    this.client.subscribe((event) => {
      deps.journal.count(event.kind === 'connection' ? event.state.kind : event.kind);
      this.#heard();
    });
  }

  view(roomId: string): Witness {
    const witness = this.#witnesses.get(roomId) ?? new Witness(this.#deps.journal, `${this.name} in ${roomId}`, this.#keep);
    this.#witnesses.set(roomId, witness);
    return witness;
  }

  join(roomId: string): void {
    const room = this.client.join(roomId);
    if (this.rooms.get(roomId) === room) return;
    this.rooms.set(roomId, room);
    this.view(roomId).watch(room);
    room.subscribe(() => this.#heard());
  }

  leave(roomId: string): void {
    this.rooms.get(roomId)?.leave();
    this.rooms.delete(roomId);
  }

  write(roomId: string): void {
    const room = this.rooms.get(roomId);
    if (room === undefined) return;
    this.#written += 1;
    this.#unsettled += 1;
    const content = `${this.name} ${this.#written}`;
    const outcome = room.send(content);
    const messageId = room.snapshot().pending.find((each) => each.content === content)?.messageId;
    if (messageId !== undefined) this.#record(roomId, messageId, content);
    outcome.then((result) => {
      this.#unsettled -= 1;
      this.#deps.journal.count(result.kind === 'stored' ? 'stored' : `refused ${result.code}`);
      const sending = this.#deps.sendings.get(result.messageId);
      if (result.kind === 'stored' && sending !== undefined) sending.ack = result.position;
    });
  }

  /** The SDK has nothing left to do. */
  get isAtRest(): boolean {
    const rooms = [...this.rooms.values()];
    const isSettled = this.#unsettled === 0 && this.client.connection.kind === 'connected';
    return isSettled && rooms.every((room) => room.state.kind === 'live' && isAllSaid(room));
  }

  describe(): string {
    const rooms = [...this.rooms.values()].map((room) => `${room.id} ${JSON.stringify(room.state)} ${room.snapshot().pending.length}`);
    return `${this.name}: ${JSON.stringify(this.client.connection)} ${rooms.join(', ')} unsettled ${this.#unsettled}`;
  }

  #heard(): void {
    if (this.#isOrphanSpeaking) this.#deps.journal.violated(`${this.name}: heard a socket that it gave up`);
  }

  #record(roomId: string, messageId: string, content: string): void {
    const sending = { roomId, userId: this.userId, messageId, content, attempts: 0, refusals: 0, ack: undefined };
    this.#deps.journal.sendings.push(sending);
    this.#deps.sendings.set(messageId, sending);
  }

  #makePipe(url: string): Pipe {
    const { journal, rng, sendings } = this.#deps;
    const pipe = new Pipe(url, rng, {
      toServer: (text) => {
        const frame = JSON.parse(text) as { type: string; messageId?: string };
        journal.count(`says ${frame.type}`);
        const sending = frame.type === 'chat' ? sendings.get(frame.messageId ?? '') : undefined;
        if (sending !== undefined) sending.attempts += 1;
      },
      fromServer: (text) => {
        const frame = decodeServerFrame(text);
        if (frame.type === 'unknown') journal.violated(`a frame that nobody knows: ${text}`);
        if (frame.type !== 'error') return;
        journal.count(`error ${frame.code}`);
        if (['bad_json', 'bad_frame', 'internal'].includes(frame.code)) journal.violated(`${frame.code}: ${frame.message}`);
        const sending = sendings.get(String(frame.ref));
        if (sending !== undefined) sending.refusals += 1;
      },
      ended: (code) => journal.count(`close ${code}`),
      orphan: (speak) => {
        journal.count('orphan');
        this.#isOrphanSpeaking = true;
        speak();
        this.#isOrphanSpeaking = false;
      },
    });
    this.pipes.push(pipe);
    return pipe;
  }
}

function isAllSaid(room: Room): boolean {
  return room.snapshot().pending.every(({ status }) => status.kind === 'failed');
}
