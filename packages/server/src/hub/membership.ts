import type { Ref } from '@hubbub/protocol';
import type { LiveMember, Room } from './room.ts';
import type { Subscriber } from './subscriber.ts';

/**
 * How far a connection is in a room. `live`: it gets each turn's frames. `behind`: a replay is under way; it gets
 * nothing live, and ring and store are read after `afterSeq` until it has reached the head.
 */
export type Progress =
  | { readonly kind: 'live' }
  | {
      readonly kind: 'behind';
      /** Frames to send before the sequence goes on (history of a fresh join). */
      readonly first: Uint8Array[];
      afterSeq: number;
      /** The epoch of `afterSeq`. */
      epoch: string;
      isReading: boolean;
    }
  | { readonly kind: 'gone' };

const LIVE: Progress = { kind: 'live' };
const GONE: Progress = { kind: 'gone' };

/** One connection in one room. */
export class Membership implements LiveMember {
  readonly room: Room;
  readonly subscriber: Subscriber;
  progress: Progress;
  index = -1;
  /** Counted in the room's presence. */
  isEntered = false;
  skip = 0;
  /** Joins without a position that came during a replay: answered when it is over. */
  unanswered: (Ref | undefined)[] | undefined;

  constructor(room: Room, subscriber: Subscriber) {
    this.room = room;
    this.subscriber = subscriber;
    this.progress = GONE;
  }

  get isBehind(): boolean {
    return this.progress.kind === 'behind';
  }

  setLive(): void {
    this.progress = LIVE;
  }

  setGone(): void {
    this.progress = GONE;
  }
}
