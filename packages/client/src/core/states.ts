import type { MessageFrame, Position } from '@hubbub/protocol';

/** `retryAt`: milliseconds of the client's clock. `attempt` counts from 1 and begins anew once a connection lasted. */
export type ConnectionState =
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'connected'; readonly since: number }
  | { readonly kind: 'waiting'; readonly retryAt: number; readonly attempt: number; readonly closeCode: number }
  | { readonly kind: 'closed'; readonly reason: ClosedReason };

/** `refused`: the server closed with a code after which nobody comes back (protocol: `reconnectFor`). */
export type ClosedReason = { readonly kind: 'asked' } | { readonly kind: 'refused'; readonly closeCode: number };

export type RoomState =
  /** Nothing of the room is here yet. */
  | { readonly kind: 'joining' }
  /** Everything up to the position is here, since the last history or reset. */
  | { readonly kind: 'live'; readonly position: Position }
  /** Something may be missing after `since`; it is asked for, or will be when there is a connection. */
  | { readonly kind: 'resuming'; readonly since: Position }
  | { readonly kind: 'left'; readonly reason: LeftReason };

export type LeftReason =
  | { readonly kind: 'asked' }
  /** The client was closed. */
  | { readonly kind: 'closed' }
  /** The server ended the membership. */
  | { readonly kind: 'removed' }
  /** The server does not let us in; `code` as in the protocol's error frame. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** What became of a message. */
export type SendOutcome =
  /** It is in the store, at this place of the room's order. */
  | { readonly kind: 'stored'; readonly messageId: string; readonly position: Position }
  /**
   * It will not be sent again. `code`: an error code of the protocol; `queue_full`; or `left` and `closed`, after which a message that
   * was on its way may still have arrived.
   */
  | { readonly kind: 'refused'; readonly messageId: string; readonly code: string; readonly message: string };

/** A message of ours that is not in the timeline yet. */
export interface Pending {
  readonly messageId: string;
  readonly content: string;
  readonly replyTo: string | undefined;
  /** Milliseconds of the client's clock. */
  readonly createdAt: number;
  readonly status: PendingStatus;
}

export type PendingStatus =
  | { readonly kind: 'queued' }
  | { readonly kind: 'sent' }
  /** Refused for good; it stays until it is retried or discarded. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** What may be missing before the present timeline, and since when that is known (milliseconds of the client's clock). */
export interface Reset {
  readonly lost: Position;
  readonly at: number;
}

/** What happens in a room. `message` comes once for each, in the room's order. */
export type RoomEvent =
  | { readonly kind: 'state'; readonly state: RoomState }
  | { readonly kind: 'message'; readonly message: MessageFrame }
  /** The room was joined: the latest messages before the position. */
  | { readonly kind: 'history'; readonly messages: readonly MessageFrame[] }
  /** The way from the old position to here cannot be proved whole; the timeline begins again with these. */
  | { readonly kind: 'reset'; readonly reset: Reset; readonly messages: readonly MessageFrame[] }
  /** Somebody came or went. */
  | { readonly kind: 'notice'; readonly notice: MessageFrame }
  | { readonly kind: 'presence' }
  | { readonly kind: 'typing' }
  | { readonly kind: 'pending' };
