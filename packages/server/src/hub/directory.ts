import type { ErrorCode, MessageFrame, SequencedType } from '@hubbub/protocol';

/** A user in a room, as the members endpoint shows it. */
export interface MemberView {
  readonly userId: string;
  readonly username: string;
  readonly connections: number;
  /** Wall clock, ms. */
  readonly joinedAt: number;
}

export interface PostRequest {
  readonly roomId: string;
  readonly type: SequencedType;
  readonly userId: string;
  readonly username: string;
  readonly content: string;
  /** Lower-case UUIDs. */
  readonly messageId: string | undefined;
  readonly replyTo: string | undefined;
}

export type PostOutcome =
  /** Stored. `isRepeat`: the same user's message with this id was there before; `message` is that one. */
  | { readonly kind: 'stored'; readonly isRepeat: boolean; readonly message: MessageFrame }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

/** What the HTTP side may ask of the hub. */
export interface Directory {
  /** Members of a live room in order of joining; empty when nobody is there. */
  members(roomId: string): readonly MemberView[];
  memberCount(roomId: string): number;
  /** Rooms with members on this node. `lastMessageAt`: ms, 0 for none. */
  liveRooms(): Iterable<{ readonly roomId: string; readonly members: number; readonly lastMessageAt: number }>;
  /** Publishes on behalf of HTTP; settles when the message is durable or refused. The content rules are checked inside. */
  post(request: PostRequest): Promise<PostOutcome>;
  /** Tells live rooms that history was imported below them: room id → newest imported timestamp (ms). */
  imported(through: ReadonlyMap<string, number>): void;
  /** Bus reachable, and the write queue has room. */
  isReady(): boolean;
}
