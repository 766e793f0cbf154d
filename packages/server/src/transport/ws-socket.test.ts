import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket as NetSocket } from 'node:net';
import { constants } from 'node:os';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { Rng } from '../../test/kit/rng.ts';
import type { SocketListener } from '../connection/socket.ts';
import { frameText } from '../hub/framing.ts';
import { type DirectSend, loadDirectSend } from './direct-send.ts';
import { HubbubWebSocket, WsSocket } from './ws-socket.ts';

const sending = loadDirectSend('auto');
if (sending.kind === 'streams') console.log(`without the tests of the direct way: ${sending.reason}`);
const WAYS: [string, DirectSend | undefined][] = [['through streams', undefined]];
if (sending.kind === 'direct') {
  const { send } = sending;
  WAYS.push(['direct', send], ['direct, in parts', (fd, bytes) => send(fd, bytes.subarray(0, 3))]);
}
/** More than the kernel takes for a reader that does not read. */
const LARGE = 12_000_000;

/** One connection, both ends: what the peer heard, in its order, and what the server was told. */
interface Pair {
  readonly socket: WsSocket;
  readonly tcp: NetSocket;
  readonly fd: number;
  readonly clock: FakeClock;
  readonly peer: WebSocket;
  readonly heard: string[];
  readonly told: string[];
  /** Resolves with the code that the server heard of. */
  readonly closed: Promise<number>;
  readonly peerClosed: Promise<number>;
  drained: () => Promise<void>;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Bytes that the kernel has not taken. */
const queued = (tcp: NetSocket) => (tcp as unknown as { readonly _handle: { readonly writeQueueSize: number } })._handle.writeQueueSize;
const descriptor = (tcp: NetSocket) => (tcp as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;

async function serve(send: DirectSend | undefined) {
  const server = createServer();
  const wss = new WebSocketServer({ noServer: true, clientTracking: false, WebSocket: HubbubWebSocket });
  const accepted: ((made: Pick<Pair, 'socket' | 'tcp' | 'fd' | 'clock'>) => void)[] = [];
  server.on('upgrade', (request, stream, head) =>
    wss.handleUpgrade(request, stream, head, (ws) => {
      const tcp = stream as NetSocket;
      const clock = new FakeClock();
      accepted.shift()?.({ socket: new WsSocket(ws, tcp, clock, send), tcp, fd: descriptor(tcp), clock });
      closers.push(() => tcp.destroy());
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;

  return async function pair(): Promise<Pair> {
    const heard: string[] = [];
    const told: string[] = [];
    const made = new Promise<Pick<Pair, 'socket' | 'tcp' | 'fd' | 'clock'>>((resolve) => accepted.push(resolve));
    const peer = new WebSocket(`ws://127.0.0.1:${port}/`);
    closers.push(() => peer.terminate());
    peer.on('error', () => {});
    peer.on('message', (bytes: Buffer) => heard.push(bytes.toString()));
    peer.on('ping', () => heard.push('ping'));
    const peerClosed = new Promise<number>((resolve) => peer.on('close', resolve));
    const { socket, tcp, fd, clock } = await made;
    let onDrained = () => {};
    const closed = new Promise<number>((resolve) => {
      const listener: SocketListener = {
        onText: (text) => told.push(text),
        onBinary: () => told.push('binary'),
        onTooBig: () => told.push('too big'),
        onSign: () => {},
        onDrain: () => {
          told.push('drain');
          onDrained();
        },
        onClose: (code) => {
          told.push('close');
          resolve(code);
        },
      };
      socket.listen(listener);
    });
    await once(peer, 'open');
    const drained = () =>
      new Promise<void>((resolve) => {
        onDrained = resolve;
      });
    return { socket, tcp, fd, clock, peer, heard, told, closed, peerClosed, drained };
  };
}

const frame = (text: string) => frameText(text);
const large = (letter: string) => letter.repeat(LARGE);
const summary = (heard: readonly string[]) => heard.map((text) => (text.length > 100 ? `${text[0]}×${text.length}` : text));

async function heardAll({ heard, peer }: Pair, last: string): Promise<void> {
  while (heard.at(-1) !== last) await Promise.race([once(peer, 'message'), once(peer, 'ping')]);
}

describe.each(WAYS)('a socket that sends %s', (_name, send) => {
  it('hands over frames in their order, pings among them', async () => {
    const pair = await (await serve(send))();
    expect(pair.socket.write(frame('one'))).toBe(true);
    pair.socket.ping();
    expect(pair.socket.write(frame('two'))).toBe(true);
    expect(pair.socket.writeAll([frame('three'), frame('four')])).toBe(true);
    pair.socket.ping();
    expect(pair.socket.write(frame('five'))).toBe(true);
    await heardAll(pair, 'five');
    expect(pair.heard).toEqual(['one', 'ping', 'two', 'three', 'four', 'ping', 'five']);
    expect([pair.socket.unsent, pair.told]).toEqual([0, []]);
  });

  it('SLOW-4: says what the kernel did not take, and drains once when the reader reads', async () => {
    const pair = await (await serve(send))();
    pair.peer.pause();
    expect(pair.socket.write(frame(large('a')))).toBe(false);
    const unsent = pair.socket.unsent;
    expect(unsent).toBeGreaterThan(0);
    expect(unsent).toBeLessThanOrEqual(LARGE + 10);
    pair.socket.awaitDrain();
    pair.peer.resume();
    await pair.drained();
    expect(pair.socket.unsent).toBe(0);
    expect(pair.socket.write(frame('after'))).toBe(true);
    await heardAll(pair, 'after');
    expect(summary(pair.heard)).toEqual([`a×${LARGE}`, 'after']);
    expect(pair.told).toEqual(['drain']);
  });

  it('keeps the order of what is handed over while something is under way', async () => {
    const pair = await (await serve(send))();
    pair.peer.pause();
    expect(pair.socket.write(frame(large('a')))).toBe(false);
    pair.socket.ping();
    expect(pair.socket.write(frame('b'))).toBe(false);
    expect(pair.socket.write(frame('c'))).toBe(false);
    pair.peer.resume();
    await heardAll(pair, 'c');
    expect(summary(pair.heard)).toEqual([`a×${LARGE}`, 'ping', 'b', 'c']);
  });

  it('does not overtake what `ws` has waiting, and tells when that has gone', async () => {
    const pair = await (await serve(send))();
    pair.peer.pause();
    pair.tcp.write(frame(large('w')));
    expect(pair.socket.unsent).toBeGreaterThan(0);
    expect(pair.socket.write(frame('behind'))).toBe(false);
    const drained = pair.drained();
    pair.peer.resume();
    await drained;
    await heardAll(pair, 'behind');
    expect(summary(pair.heard)).toEqual([`w×${LARGE}`, 'behind']);
    pair.peer.pause();
    pair.tcp.write(frame(large('x')));
    pair.socket.awaitDrain();
    const again = pair.drained();
    pair.peer.resume();
    await again;
    expect(pair.socket.unsent).toBe(0);
  });

  it('SLOW-3: closes behind what was written', async () => {
    const pair = await (await serve(send))();
    pair.peer.pause();
    expect(pair.socket.write(frame(large('a')))).toBe(false);
    pair.socket.close(4408, 'too slow');
    expect(pair.socket.write(frame('too late'))).toBe(false);
    pair.peer.resume();
    expect(await pair.peerClosed).toBe(4408);
    expect(summary(pair.heard)).toEqual([`a×${LARGE}`]);
    expect(await pair.closed).toBe(4408);
    expect(pair.told.filter((each) => each === 'close')).toHaveLength(1);
  });

  it('SLOW-2: is destroyed 5 s after its close frame when its peer takes nothing', async () => {
    const pair = await (await serve(send))();
    pair.peer.pause();
    pair.socket.write(frame(large('a')));
    pair.socket.close(4408, 'too slow');
    pair.clock.advance(4999);
    expect(pair.tcp.destroyed).toBe(false);
    pair.clock.advance(1);
    expect(pair.tcp.destroyed).toBe(true);
    expect(await pair.closed).toBe(1006);
  });

  it('SLOW-2: has another 5 s when its peer took something, be it a part of one write', async () => {
    const pair = await (await serve(send))();
    const { _socket: wire } = pair.peer as unknown as { readonly _socket: NetSocket };
    pair.peer.pause();
    pair.socket.write(frame(large('a')));
    pair.socket.close(4408, 'too slow');
    const left = queued(pair.tcp);
    wire.resume();
    while (queued(pair.tcp) === left) await new Promise((resolve) => setImmediate(resolve));
    wire.pause();
    pair.clock.advance(5000);
    expect([pair.tcp.destroyed, queued(pair.tcp) > 0]).toEqual([false, true]);
    pair.peer.resume();
    expect(await pair.peerClosed).toBe(4408);
    expect(summary(pair.heard)).toEqual([`a×${LARGE}`]);
  });

  it('ends once, without a signal or a throw, when its peer is gone in the middle of writes', async () => {
    const pair = await (await serve(send))();
    const { _socket: wire } = pair.peer as unknown as { readonly _socket: NetSocket };
    wire.resetAndDestroy();
    // The reset may reach the kernel before or after any of these; the server hears of it only in a later turn.
    for (let i = 0; i < 1000; i++) pair.socket.write(frame('to nobody'));
    expect(await pair.closed).toBe(1006);
    expect(pair.socket.write(frame('too late'))).toBe(true);
    expect(pair.told.filter((each) => each !== 'drain')).toEqual(['close']);
  });

  it('never gives its bytes to a connection that got its descriptor', async () => {
    const rng = new Rng(5);
    const open = await serve(send);
    const everyone: (Pair & { readonly name: string })[] = [];
    const descriptors = new Set<number>();
    let reused = 0;
    const add = async () => {
      const pair = await open();
      if (descriptors.has(pair.fd)) reused += 1;
      descriptors.add(pair.fd);
      everyone.push({ ...pair, name: `c${everyone.length}` });
    };
    const talk = () => {
      for (const { socket, name } of everyone) socket.write(frame(name));
    };
    const ENDS: ((pair: Pair) => void)[] = [
      ({ socket }) => socket.destroy(),
      ({ tcp }) => tcp.destroy(),
      ({ tcp }) => tcp.destroy(new Error('broken')),
      ({ tcp }) => tcp.resetAndDestroy(),
      ({ tcp }) => tcp.end(),
      ({ socket }) => socket.close(1000, ''),
      ({ peer }) => peer.terminate(),
      ({ peer }) => peer.close(),
    ];
    for (let round = 0; round < 40; round++) {
      while (everyone.filter(({ told }) => !told.includes('close')).length < 8) await add();
      for (const pair of everyone) if (!pair.told.includes('close') && rng.chance(0.4)) rng.pick(ENDS)?.(pair);
      talk();
      queueMicrotask(talk);
      process.nextTick(talk);
      // New connections take the numbers of those that were closed, while everybody goes on talking.
      const coming = Promise.all([add(), add(), add()]);
      for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => setImmediate(() => resolve(talk())));
      await coming;
      talk();
    }
    for (const { socket } of everyone) socket.close(1000, '');
    await Promise.all(everyone.map(({ peerClosed }) => peerClosed));
    expect(reused).toBeGreaterThan(50);
    expect(everyone.flatMap(({ heard, name }) => heard.filter((text) => text !== name))).toEqual([]);
    expect(everyone.reduce((sum, { heard }) => sum + heard.length, 0)).toBeGreaterThan(1000);
  });
});

it('a socket goes through its stream for what the direct way did not take, and while anything waits', async () => {
  const asked: number[] = [];
  const pair = await (
    await serve((_fd, bytes) => {
      asked.push(bytes.length);
      return -constants.errno.EAGAIN;
    })
  )();
  expect(pair.socket.write(frame('one'))).toBe(true);
  expect(asked).toEqual([5]);
  pair.peer.pause();
  pair.tcp.write(frame(large('w')));
  pair.socket.write(frame('behind a pong'));
  expect(asked).toHaveLength(1);
  pair.peer.resume();
  await heardAll(pair, 'behind a pong');
  pair.peer.pause();
  pair.socket.write(frame(large('o')));
  expect(asked).toHaveLength(2);
  pair.socket.write(frame('behind our own'));
  expect(asked).toHaveLength(2);
  pair.peer.resume();
  await heardAll(pair, 'behind our own');
  expect(summary(pair.heard)).toEqual(['one', `w×${LARGE}`, 'behind a pong', `o×${LARGE}`, 'behind our own']);
});

it('a socket with TLS is never sent past', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [tcp] = (await once(server, 'connection')) as [NetSocket];
  const secure = new TLSSocket(tcp, { isServer: true });
  secure.on('error', () => {});
  onTestFinished(() => {
    for (const each of [secure, tcp, peer]) each.destroy();
    server.close();
  });
  // With `null` for an address it is what the server of `ws` makes; the types know only clients.
  const ws = new HubbubWebSocket(null as unknown as string, undefined, {});
  let sent = 0;
  const socket = new WsSocket(ws, secure, new FakeClock(), () => {
    sent += 1;
    return 0;
  });
  socket.write(frame('secret'));
  expect(sent).toBe(0);
});
