/**
 * What we use of a WebSocket: browsers and Node 22 have it built in, older ones bring it (package `ws`). Events are `never` so that every
 * implementation's own types fit; `message` has `data`, `close` has `code`.
 */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

export interface SocketEnds {
  opened(): void;
  text(text: string): void;
  ended(closeCode: number): void;
}

/** Whoever abandons one must expect that it still says something. */
export interface Socket {
  send(text: string): void;
  abandon(): void;
}

const NORMAL = 1000;

/** The built-in WebSocket. Throws where there is none. */
export function builtInWebSocket(): WebSocketConstructor {
  const { WebSocket } = globalThis as { readonly WebSocket?: WebSocketConstructor };
  if (WebSocket === undefined) throw new Error('There is no WebSocket here: pass one as option, such as the one of the package ws.');
  return WebSocket;
}

/** Throws for an address that is none. */
export function openSocket(Constructor: WebSocketConstructor, url: string, ends: SocketEnds): Socket {
  const socket = new Constructor(url);
  socket.onopen = () => ends.opened();
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    if (typeof data === 'string') ends.text(data);
  };
  socket.onclose = ({ code }: { readonly code: number }) => ends.ended(code);
  // A close follows, and tells as much; without a listener some implementations throw.
  socket.onerror = () => {};
  return {
    send: (text) => socket.send(text),
    abandon: () => socket.close(NORMAL),
  };
}
