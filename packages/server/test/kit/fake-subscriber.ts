import { decodeServerFrame, type ErrorCode, encodeAuthor, type MessageFrame, type Ref, type ServerFrame } from '@hubbub/protocol';
import type { Delivery } from '../../src/hub/delivery.ts';
import type { Author, Stored, Subscriber } from '../../src/hub/subscriber.ts';
import { WireReader } from './wire-reader.ts';

export type FrameOf<T> = T extends MessageFrame['type'] ? MessageFrame : Extract<ServerFrame, { readonly type: T }>;

/** A connection as the hub sees it, that keeps all it is given. */
export class FakeSubscriber implements Subscriber, Author {
  readonly connectionId: string;
  readonly userId: string;
  readonly username: string;
  readonly authorJson: string;
  readonly history = 50;
  isOpen = true;
  backlog = 0;
  readonly sent: Uint8Array[] = [];
  readonly deliveries: (Delivery | undefined)[] = [];
  readonly acks: { readonly ref: Ref; readonly stored: Stored }[] = [];
  readonly refusals: { readonly ref: Ref | undefined; readonly code: ErrorCode }[] = [];
  #writable: (() => void)[] = [];

  constructor(userId: string, connectionId = `${userId}-1`) {
    this.connectionId = connectionId;
    this.userId = userId;
    this.username = userId.toUpperCase();
    this.authorJson = encodeAuthor(this.userId, this.username);
  }

  send(bytes: Uint8Array, delivery?: Delivery): void {
    this.sent.push(bytes);
    this.deliveries.push(delivery);
  }

  whenWritable(run: () => void): void {
    this.#writable.push(run);
  }

  /** Its socket has taken everything. */
  wake(): void {
    this.backlog = 0;
    for (const run of this.#writable.splice(0)) run();
  }

  acked(ref: Ref, stored: Stored): void {
    this.acks.push({ ref, stored });
  }

  refused(ref: Ref | undefined, code: ErrorCode): void {
    this.refusals.push({ ref, code });
  }

  get frames(): ServerFrame[] {
    const reader = new WireReader();
    return this.sent.flatMap((bytes) => reader.feed(bytes)).map(({ payload }) => decodeServerFrame(payload.toString()));
  }

  of<T extends ServerFrame['type']>(type: T): FrameOf<T>[] {
    return this.frames.filter((frame): frame is FrameOf<T> => frame.type === type);
  }

  /** The `seq` of every message that came. */
  get seqs(): number[] {
    return this.frames.flatMap((frame) => ('seq' in frame && 'content' in frame ? [(frame as MessageFrame).seq ?? 0] : []));
  }
}
