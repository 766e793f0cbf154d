/** A frame of a server as it came over the wire. */
export interface WireFrame {
  /** 1 text, 8 close, 9 ping (RFC 6455, section 5.2). */
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Reads unmasked, unfragmented WebSocket frames from bytes that come in any pieces; throws at anything else. */
export class WireReader {
  #rest: Buffer = Buffer.alloc(0);

  /** True in the middle of a frame. */
  get isMidFrame(): boolean {
    return this.#rest.length > 0;
  }

  feed(bytes: Uint8Array): WireFrame[] {
    let rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    const frames: WireFrame[] = [];
    for (let size = sizeOf(rest); size !== undefined && rest.length >= size.whole; size = sizeOf(rest)) {
      frames.push({ opcode: (rest[0] ?? 0) & 0x0f, payload: rest.subarray(size.header, size.whole) });
      rest = rest.subarray(size.whole);
    }
    this.#rest = rest;
    return frames;
  }
}

function sizeOf(bytes: Buffer): { readonly header: number; readonly whole: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  if ((first & 0xf0) !== 0x80) throw new Error(`not a whole, plain frame: first byte ${first}`);
  if ((second & 0x80) !== 0) throw new Error('a masked frame of a server');
  if (second < 126) return { header: 2, whole: 2 + second };
  if (second === 126) return bytes.length < 4 ? undefined : { header: 4, whole: 4 + bytes.readUInt16BE(2) };
  return bytes.length < 10 ? undefined : { header: 10, whole: 10 + Number(bytes.readBigUInt64BE(2)) };
}
