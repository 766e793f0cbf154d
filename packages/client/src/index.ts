export { type Client, type ClientEvent, type ClientOptions, connect } from './client.ts';
export type { Clock } from './clock.ts';
export type {
  ClosedReason,
  ConnectionState,
  LeftReason,
  Pending,
  PendingStatus,
  Reset,
  RoomEvent,
  RoomState,
  SendOutcome,
} from './core/states.ts';
export type { Typist } from './core/typing.ts';
export type { Random } from './random.ts';
export type { Room, RoomSnapshot, SendOptions } from './room.ts';
export type { Settings } from './settings.ts';
export type { WebSocketConstructor, WebSocketLike } from './socket.ts';
