import { TestClient } from './client.ts';
import { isJoined, type Joined, type Message, type Position } from './frames.ts';
import {
  holes,
  isReplayOf,
  lastStoredOf,
  missingIds,
  receiverDisorder,
  repeatedIds,
  reusedSeqs,
  type Seen,
  senderDisorder,
} from './history-checker.ts';
import type { Rng } from './rng.ts';
import type { ServerProcess } from './server-process.ts';
import { sleep } from './wait.ts';

/** Frames that one sender has in flight. */
const IN_FLIGHT = 3;
/** After a retryable refusal: long enough that all in flight stay under the limit of 20 refusals in 10 s. */
const BACK_OFF_MS = 2_000;

interface Pending {
  readonly number: number;
  readonly messageId: string;
  readonly content: string;
}

/** What one connection of a sender was answered when it resumed. */
interface Resume {
  readonly since: Position;
  readonly joined: Joined;
  readonly client: TestClient;
}

/**
 * A sender as the SDK will be: every message has an id of its own and a ref, what is not acked is sent again with `retry` on the next
 * connection, in order and before anything new; it resumes from its position.
 */
export class CrashSender {
  readonly userId: string;
  readonly ackedIds = new Set<string>();
  readonly ackedSeqs = new Map<string, number>();
  readonly resumes: Resume[] = [];
  readonly connections: TestClient[] = [];
  readonly wrong: string[] = [];
  readonly #room: string;
  readonly #rng: Rng;
  readonly #ending: (rng: Rng) => string;
  #pending: Pending[] = [];
  #number = 0;
  #isRunning = false;
  #since: Position | undefined;
  #loop: Promise<void> = Promise.resolve();

  /** `ending`: what a message says behind its number and its sender. */
  constructor(userId: string, room: string, rng: Rng, ending: (rng: Rng) => string = () => '') {
    this.userId = userId;
    this.#room = room;
    this.#rng = rng;
    this.#ending = ending;
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** Connects, resumes, sends again what is not acked, and goes on sending until `stop` or the end of the connection. */
  async start(server: ServerProcess): Promise<void> {
    const client = await TestClient.connect(server, { userId: this.userId, rooms: [] });
    this.connections.push(client);
    client.send({ type: 'join', roomId: this.#room, since: this.#since });
    const joined = await client.next(isJoined(this.#room), 15_000);
    if (this.#since !== undefined) this.resumes.push({ since: this.#since, joined, client });
    for (const pending of this.#pending) this.#send(client, pending, true);
    this.#isRunning = true;
    this.#loop = this.#run(client);
  }

  /** Sends nothing new, and waits for the end of what `start` began. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#loop;
  }

  /** After the connection has ended: where to go on from. */
  disconnected(): void {
    this.#since = this.connections.at(-1)?.position(this.#room) ?? this.#since;
  }

  async #run(client: TestClient): Promise<void> {
    while (client.isOpen && (this.#isRunning || this.#pending.length > 0)) {
      this.#settle(client);
      while (this.#isRunning && this.#pending.length < IN_FLIGHT) {
        const number = ++this.#number;
        const pending = { number, messageId: this.#rng.uuid(), content: `${number} of ${this.userId}${this.#ending(this.#rng)}` };
        this.#pending.push(pending);
        this.#send(client, pending, false);
      }
      await sleep(1 + this.#rng.between(0, 8));
    }
    this.#settle(client);
  }

  #send(client: TestClient, { number, messageId, content }: Pending, isRetry: boolean): void {
    client.chat(content, { roomId: this.#room, messageId, ref: number, ...(isRetry ? { retry: true } : {}) });
  }

  #settle(client: TestClient): void {
    this.#pending = this.#pending.filter(({ number, messageId }) => {
      const ack = client.acks.get(number);
      if (ack === undefined) return true;
      if (ack.messageId !== messageId) this.wrong.push(`ack ${number} of ${this.userId} is for ${ack.messageId}`);
      this.ackedIds.add(messageId);
      this.ackedSeqs.set(messageId, ack.seq);
      return false;
    });
    for (const refusal of client.refusals.splice(0)) {
      const again = this.#pending.find(({ number }) => number === refusal.ref);
      if (!refusal.retryable || again === undefined) this.wrong.push(`${this.userId}: ${refusal.code} for ${refusal.ref}`);
      else setTimeout(() => client.isOpen && this.#send(client, again, true), BACK_OFF_MS + this.#rng.between(0, 500));
    }
  }
}

export const numberOf = (content: string): number => Number.parseInt(content, 10);

/** All that must hold after any number of crashes. `isOrdered`: no refusal made a sender send out of order. */
export function crashFindings(
  history: readonly Message[],
  bases: readonly Position[],
  senders: readonly CrashSender[],
  room: string,
  isOrdered = true,
): string[] {
  const places = new Map(history.map(({ messageId, seq }) => [messageId, seq]));
  const findings = [...repeatedIds(history), ...holes(history, bases), ...(isOrdered ? senderDisorder(history, numberOf) : [])];
  const receivers: (readonly Pick<Seen, 'messageId' | 'seq'>[])[] = [history.map(({ messageId, seq }) => ({ messageId, seq: seq ?? -1 }))];
  for (const sender of senders) {
    findings.push(...sender.wrong, ...missingIds(sender.ackedIds, history));
    for (const [id, seq] of sender.ackedSeqs)
      if (places.get(id) !== seq) findings.push(`${id} was acked with ${seq}, and is at ${places.get(id)}`);
    for (const [i, client] of sender.connections.entries()) {
      receivers.push(client.messages(room));
      findings.push(...receiverDisorder(`${sender.userId}, connection ${i + 1}`, client.messages(room)));
    }
    findings.push(...resumeFindings(sender, history, bases, room));
  }
  findings.push(...reusedSeqs(receivers));
  return findings;
}

/** A recovered resume must have brought exactly what history has after the position, and nothing seen before may have been lost. */
function resumeFindings(sender: CrashSender, history: readonly Message[], bases: readonly Position[], room: string): string[] {
  const findings: string[] = [];
  const storedIds = new Set(history.map(({ messageId }) => messageId));
  for (const { since, joined, client } of sender.resumes) {
    if (joined.recovered === undefined) findings.push(`${sender.userId} was not told whether it recovered`);
    if (joined.recovered !== true) continue;
    const expected = history.filter(({ seq = 0 }) => seq > since.seq && seq <= joined.seq).map(({ seq }) => seq);
    const replayed = client
      .messages(room)
      .filter(({ seq }) => seq <= joined.seq)
      .map(({ seq }) => seq);
    const isWhole = client.messages(room).length >= (joined.replay ?? 0);
    const lastStored = lastStoredOf(joined.epoch, history, bases);
    if (isWhole && !isReplayOf(expected, replayed, lastStored)) {
      findings.push(
        `${sender.userId} resumed from ${since.seq} to ${joined.seq}: history has ${expected.length} messages, it got ${replayed.length}`,
      );
    }
    const earlier = sender.connections.slice(0, sender.connections.indexOf(client));
    const lost = earlier
      .flatMap((connection) => connection.messages(room))
      .filter(({ messageId, seq }) => seq <= since.seq && !storedIds.has(messageId));
    if (lost.length > 0 && lost.some(({ epoch }) => epoch === since.epoch))
      findings.push(`${sender.userId} was told that it recovered, but ${lost.length} messages it saw are lost`);
  }
  return findings;
}
