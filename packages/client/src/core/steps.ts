import type { ClientFrame } from '@hubbub/protocol';
import type { RoomCore } from './room-core.ts';
import type { ConnectionState, RoomEvent, SendOutcome } from './states.ts';

/** What comes to the state machine from outside. `socket`: the number that its `open` effect gave. */
export type Step =
  | { readonly kind: 'opened'; readonly socket: number }
  | { readonly kind: 'text'; readonly socket: number; readonly text: string }
  | { readonly kind: 'ended'; readonly socket: number; readonly closeCode: number }
  /** Time has passed: a timer. */
  | { readonly kind: 'tick' }
  /** The network came back, or the machine woke up. */
  | { readonly kind: 'wake' }
  | { readonly kind: 'join'; readonly room: RoomCore }
  | { readonly kind: 'leave'; readonly roomId: string }
  | { readonly kind: 'send'; readonly message: OwnMessage }
  | { readonly kind: 'retry'; readonly messageId: string }
  | { readonly kind: 'discard'; readonly messageId: string }
  | { readonly kind: 'type'; readonly roomId: string }
  | { readonly kind: 'close' };

/** What the state machine wants done outside. */
export type Effect =
  | { readonly kind: 'open'; readonly socket: number }
  | { readonly kind: 'write'; readonly frame: ClientFrame }
  /** Close this socket and forget it. */
  | { readonly kind: 'abandon'; readonly socket: number }
  | { readonly kind: 'connection'; readonly state: ConnectionState }
  | { readonly kind: 'room'; readonly room: RoomCore; readonly event: RoomEvent }
  | { readonly kind: 'settled'; readonly outcome: SendOutcome }
  /** The server refused something that was nobody's frame, such as the username. */
  | { readonly kind: 'refusal'; readonly code: string; readonly message: string };

export type Emit = (effect: Effect) => void;

export interface OwnMessage {
  readonly roomId: string;
  /** A UUID in lower case, never used before. */
  readonly messageId: string;
  readonly content: string;
  readonly replyTo: string | undefined;
}
