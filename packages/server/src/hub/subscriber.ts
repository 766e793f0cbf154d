import type { ErrorCode, Position, Ref } from '@hubbub/protocol';
import type { Publication } from '../bus/bus.ts';
import type { Delivery } from './delivery.ts';

/** What the hub needs of a connection. */
export interface Subscriber {
  readonly connectionId: string;
  readonly userId: string;
  readonly username: string;
  /** `encodeAuthor` of both. */
  readonly authorJson: string;
  /** Messages shown to it when nothing can be resumed. */
  readonly history: number;
  /** False once it is closing: it is not to be joined to anything any more. */
  readonly isOpen: boolean;
  /** Bytes that wait in this process; a replay goes on only while they are few. */
  readonly backlog: number;
  /** Queues framed bytes; they leave at the end of the turn, in order. */
  send(bytes: Uint8Array, delivery?: Delivery): void;
  /** Runs `run` once when the bytes that wait have gone; never when the connection closes first. */
  whenWritable(run: () => void): void;
}

/** Where a message that is durable stands. */
export interface Stored {
  readonly messageId: string;
  readonly roomId: string;
  /** `seq` 0 for the repeat of an imported message. */
  readonly position: Position;
  /** Undefined when this was a repeat of an earlier message. */
  readonly publication: Publication | undefined;
}

/** Who hears what became of a draft. */
export interface Author {
  /** The message is durable. Said only for requests with a `ref`. */
  acked(ref: Ref, stored: Stored): void;
  refused(ref: Ref | undefined, code: ErrorCode, message: string): void;
}
