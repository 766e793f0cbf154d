/** Frames as a stranger sees them: written from the documented contract, not from the server's own types. */

export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

export interface Message {
  readonly type: 'chat' | 'system' | 'join' | 'leave';
  readonly messageId: string;
  readonly roomId: string;
  readonly userId: string;
  readonly username: string;
  readonly content: string;
  readonly timestamp: string;
  readonly seq?: number;
  readonly replyTo?: string;
}
export interface Ack extends Position {
  readonly type: 'ack';
  readonly ref: string | number;
  readonly messageId: string;
  readonly roomId: string;
}
export interface Refusal {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly ref?: string | number;
  readonly retryAfterMs?: number;
}
export interface Joined extends Position {
  readonly type: 'joined';
  readonly roomId: string;
  readonly recovered?: boolean;
  readonly replay?: number;
}
export interface Left {
  readonly type: 'left';
  readonly roomId: string;
}
export interface Typing {
  readonly type: 'typing';
  readonly roomId: string;
  readonly userId: string;
  readonly username: string;
}
export interface Presence {
  readonly type: 'presence';
  readonly roomId: string;
  readonly members: number;
}
export type Incoming = Message | Ack | Refusal | Joined | Left | Typing | Presence;

export type Sequenced = Message & { readonly seq: number };

export const isSequenced = (frame: Incoming): frame is Sequenced =>
  (frame.type === 'chat' || frame.type === 'system') && frame.seq !== undefined;
export const isMessage =
  (content?: string, roomId?: string) =>
  (frame: Incoming): frame is Sequenced =>
    isSequenced(frame) && (content === undefined || frame.content === content) && (roomId === undefined || frame.roomId === roomId);
export const isAck =
  (ref?: string | number) =>
  (frame: Incoming): frame is Ack =>
    frame.type === 'ack' && (ref === undefined || frame.ref === ref);
export const isRefusal =
  (code?: string) =>
  (frame: Incoming): frame is Refusal =>
    frame.type === 'error' && (code === undefined || frame.code === code);
export const isJoined =
  (roomId?: string) =>
  (frame: Incoming): frame is Joined =>
    frame.type === 'joined' && (roomId === undefined || frame.roomId === roomId);
export const isNotice =
  (type: 'join' | 'leave', userId?: string) =>
  (frame: Incoming): frame is Message =>
    frame.type === type && (userId === undefined || frame.userId === userId);
export const isTyping = (frame: Incoming): frame is Typing => frame.type === 'typing';
export const isPresence = (frame: Incoming): frame is Presence => frame.type === 'presence';
export const isLeft = (frame: Incoming): frame is Left => frame.type === 'left';
