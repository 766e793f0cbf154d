import type { Position, SequencedType } from '@hubbub/protocol';

/** A message that is not ordered yet. The content has been checked. */
export interface Draft {
  readonly roomId: string;
  readonly type: SequencedType;
  readonly userId: string;
  readonly username: string;
  /** `"userId":…,"username":…` as JSON text, made once per connection. */
  readonly authorJson: string;
  readonly content: string;
  /** Lower-case UUID. */
  readonly messageId: string;
  /** True when a client chose `messageId`, so that it may repeat. */
  readonly isClientId: boolean;
  readonly replyTo: string | undefined;
  /** `clock.monotonic()` when the frame arrived. */
  readonly arrivedAt: number;
}

/** An ordered draft. */
export interface Publication {
  readonly draft: Draft;
  readonly epoch: string;
  readonly seq: number;
  /** Milliseconds since 1970 UTC; never goes back within a room. */
  readonly timestamp: number;
}

/** A message id that a room has already seen, and where. */
export interface KnownId {
  readonly messageId: string;
  readonly userId: string;
  readonly epoch: string;
  readonly seq: number;
}

/** Where a room's order goes on. */
export interface RoomSeed {
  /** The epoch to go on with. */
  readonly epoch: string;
  /** The last `seq` used; the next publication gets `seq + 1`. */
  readonly seq: number;
  /** Timestamps are held at this value until the clock passes it. */
  readonly timestamp: number;
  readonly knownIds: readonly KnownId[];
  /** Every id that the room saw since then is in `knownIds`. */
  readonly knownSince: number;
}

export type AppendOutcome =
  /** Ordered, and handed to every listener before this is said. */
  | { readonly kind: 'accepted'; readonly publication: Publication }
  /** The same user's id again: nothing was published. */
  | { readonly kind: 'repeat'; readonly known: KnownId }
  /** Another user's id: nothing was published. */
  | { readonly kind: 'taken' }
  /** The bus is away: nothing was published. */
  | { readonly kind: 'unavailable' };

export interface BusListener {
  /** In the room's order, on every node that has it open. */
  onPublication(publication: Publication): void;
  /** The room's order was lost and goes on in a new epoch. */
  onNewEpoch(roomId: string, head: Position): void;
}

/**
 * Order and transport between nodes: THE sequencing point. Drafts of one room are ordered as they were appended.
 * Rooms are opened before they are used and closed when this node has no use for them.
 */
export interface Bus {
  /** Says where publications go. Called once, before any room is opened. */
  listen(listener: BusListener): void;
  /** Opens a room with what the store knows of it; answers where its order stands. */
  open(roomId: string, seed: RoomSeed): Promise<Position>;
  close(roomId: string): void;
  /** Orders a draft of an open room. `settle` is called exactly once, perhaps at once. */
  append(draft: Draft, settle: (outcome: AppendOutcome) => void): void;
  /** Ids appended since this time are known here; an older repeat must be looked up in the store. */
  knownSince(roomId: string): number;
  isAvailable(): boolean;
  stop(): Promise<void>;
}
