import type { ByteReader, ByteWriter } from './bytes.ts';
import { HyperLogLog, REGISTERS } from './hyper-log-log.ts';

/** Up to so many registers in use they are written one by one (two bytes each, mostly), above all of them, six bits each. */
const MAX_SPARSE = 6000;
const PACKED_BYTES = (REGISTERS * 6) / 8;

/** Different strings in the order of their UTF-16 units. */
export function writeKeys(out: ByteWriter, keys: Iterable<string>): void {
  const sorted = [...keys].sort();
  out.varint(sorted.length);
  for (const key of sorted) out.text(key);
}

/** Undefined when they are out of order, double, or more than `limit`. */
export function readKeys(input: ByteReader, limit: number): Set<string> | undefined {
  const size = input.count();
  if (size > limit) return undefined;
  const keys = new Set<string>();
  let previous: string | undefined;
  for (let i = 0; i < size; i++) {
    const key = input.text();
    if (input.isBroken || (previous !== undefined && key <= previous)) return undefined;
    keys.add(key);
    previous = key;
  }
  return input.isBroken ? undefined : keys;
}

export function writeRegisters(out: ByteWriter, registers: Uint8Array): void {
  const used = registers.reduce((count, rank) => count + (rank > 0 ? 1 : 0), 0);
  out.varint(used);
  if (used > MAX_SPARSE) {
    out.raw(pack(registers));
    return;
  }
  let previous = -1;
  registers.forEach((rank, register) => {
    if (rank === 0) return;
    out.varint(register - previous - 1);
    out.byte(rank);
    previous = register;
  });
}

export function readRegisters(input: ByteReader): HyperLogLog | undefined {
  const used = input.varint();
  const registers = used > MAX_SPARSE ? unpack(input.raw(PACKED_BYTES)) : readSparse(input, used);
  if (input.isBroken || registers === undefined) return undefined;
  const isHonest = registers.reduce((count, rank) => count + (rank > 0 ? 1 : 0), 0) === used;
  return isHonest ? HyperLogLog.fromRegisters(registers) : undefined;
}

function readSparse(input: ByteReader, used: number): Uint8Array | undefined {
  const registers = new Uint8Array(REGISTERS);
  let register = -1;
  for (let i = 0; i < used && !input.isBroken; i++) {
    register += input.varint() + 1;
    if (register >= REGISTERS) return undefined;
    registers[register] = input.byte();
  }
  return registers;
}

/** Four registers to three bytes. */
function pack(registers: Uint8Array): Uint8Array {
  const packed = new Uint8Array(PACKED_BYTES);
  for (let i = 0, at = 0; i < REGISTERS; i += 4, at += 3) {
    const [a = 0, b = 0, c = 0, d = 0] = registers.subarray(i, i + 4);
    packed[at] = (a << 2) | (b >> 4);
    packed[at + 1] = (b << 4) | (c >> 2);
    packed[at + 2] = (c << 6) | d;
  }
  return packed;
}

function unpack(packed: Uint8Array): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  for (let i = 0, at = 0; at < packed.length; i += 4, at += 3) {
    const [x = 0, y = 0, z = 0] = packed.subarray(at, at + 3);
    registers.set([x >> 2, ((x & 3) << 4) | (y >> 4), ((y & 15) << 2) | (z >> 6), z & 63], i);
  }
  return registers;
}
