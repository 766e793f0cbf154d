/** What a connection needs of its transport. Bytes are complete WebSocket frames. */
export interface Socket {
  /** Bytes given to it that the kernel has not taken yet. */
  readonly unsent: number;
  /**
   * Hands bytes to the kernel in one write. True: nothing is unsent now. What the kernel does not take waits inside, and `onDrain`
   * follows.
   */
  write(bytes: Uint8Array): boolean;
  /** The same for several pieces, still one write. */
  writeAll(pieces: readonly Uint8Array[]): boolean;
  /** `onDrain` follows when the kernel has taken everything. */
  awaitDrain(): void;
  ping(): void;
  /** Begins the closing handshake behind what was written; `onClose` follows in any case, at the latest after a few seconds. */
  close(code: number, reason: string): void;
  /** Ends it without a word. */
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** What a transport tells its connection. */
export interface SocketListener {
  onText(text: string): void;
  onBinary(): void;
  /** A frame above the limit; the transport has said 1009 by itself, and `close` says nothing more. */
  onTooBig(): void;
  /** Ping or pong: the peer lives. */
  onSign(): void;
  onDrain(): void;
  /** Exactly once, the last call. `code`: what the peer said; 1005 or 1006 when it said nothing. */
  onClose(code: number): void;
}
