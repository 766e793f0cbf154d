/** Server frames as bytes (RFC 6455, section 5.2): FIN, unmasked, uncompressed. Made once and shared by all that get them. */

const TEXT = 0x81;

/** One text frame: header and payload in one buffer. */
export function frameText(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length < 126) {
    const frame = Buffer.allocUnsafe(2 + length);
    frame[0] = TEXT;
    frame[1] = length;
    frame.write(text, 2, 'utf8');
    return frame;
  }
  if (length < 65_536) {
    const frame = Buffer.allocUnsafe(4 + length);
    frame[0] = TEXT;
    frame[1] = 126;
    frame[2] = length >>> 8;
    frame[3] = length & 255;
    frame.write(text, 4, 'utf8');
    return frame;
  }
  const frame = Buffer.allocUnsafe(10 + length);
  frame[0] = TEXT;
  frame[1] = 127;
  frame.writeBigUInt64BE(BigInt(length), 2);
  frame.write(text, 10, 'utf8');
  return frame;
}
