import type { CloseName, ErrorCode } from '@hubbub/protocol';
import type { Publication } from './bus/bus.ts';
import type { StoredMessage } from './store/store.ts';

/** Why something was dropped: an error code that its sender was told, or a silent-by-contract limit. */
export type DropReason = ErrorCode | 'typing_too_often' | 'slow_reader' | 'too_big' | 'upgrade_refused';

/** One user's connection, as analytics sees it. */
export interface ConnectionFact {
  readonly connectionId: string;
  readonly userId: string;
  readonly username: string;
  /** Wall clock, ms. */
  readonly connectedAt: number;
}

/**
 * Everything that happened here, for those who count. Siblings of delivery: a sink must not throw, block, or keep
 * what it is given beyond need. Methods rather than objects, so that the hot path allocates nothing for them.
 */
export interface EventSink {
  connected(connection: ConnectionFact): void;
  disconnected(connection: ConnectionFact, closeCode: number): void;
  /** One of the user's connections came into the room / left it: at once, without any grace. */
  entered(roomId: string, userId: string): void;
  exited(roomId: string, userId: string): void;
  /** A user's first connection entered the room / the last one left it (after the grace). `at`: wall clock, ms. */
  joined(roomId: string, userId: string, at: number): void;
  left(roomId: string, userId: string, at: number): void;
  /** Ordered on this node. */
  accepted(publication: Publication): void;
  /** Rows that the store really inserted, in its order; live and imported alike. */
  stored(messages: readonly StoredMessage[]): void;
  /** `count` deliveries of one publication of the room were handed to the kernel, `latencyMs` after its frame arrived. */
  delivered(roomId: string, latencyMs: number, count: number): void;
  dropped(reason: DropReason): void;
  /** This node closed a connection. */
  closed(reason: CloseName): void;
  /** A resume was answered. */
  resumed(recovered: boolean, replayed: number): void;
  /** A write to the store ended. `size`: messages. */
  wrote(durationMs: number, size: number, isOk: boolean): void;
}
