import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadDirectSend } from './direct-send.ts';

const sending = loadDirectSend('auto');

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hubbub-direct-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('without the native function bytes go through streams, and the reason is told', () => {
  expect(loadDirectSend('off')).toEqual({ kind: 'streams', reason: 'DIRECT_SEND is off' });
  const folder = emptyFolder();
  expect(loadDirectSend('auto', folder)).toMatchObject({ kind: 'streams', reason: expect.stringContaining('not built') });
  writeFileSync(join(folder, 'outcome.json'), '{"source":"x","failure":"no C compiler found"}');
  expect(loadDirectSend('auto', folder)).toEqual({ kind: 'streams', reason: 'no C compiler found' });
  writeFileSync(join(folder, 'send.node'), 'no binary');
  expect(loadDirectSend('auto', folder)).toMatchObject({ kind: 'streams', reason: expect.stringContaining('send.node') });
});

// Not `skipIf`: where there is no compiler a complete run (CI=true) is one without these.
if (sending.kind === 'streams') console.log(`without the tests of the native function: ${sending.reason}`);
else {
  const { send } = sending;

  it('the native function gives the kernel what it takes, and says how much that was', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const peer = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    const [tcp] = (await once(server, 'connection')) as [Socket];
    onTestFinished(() => {
      for (const each of [tcp, peer]) each.destroy();
      server.close();
    });
    const { fd } = (tcp as unknown as { readonly _handle: { readonly fd: number } })._handle;
    expect(send(fd, Buffer.from('hello '))).toBe(6);
    expect(send(fd, new Uint8Array(Buffer.from('[world]')).subarray(1, 6))).toBe(5);
    expect(send(fd, new Uint8Array())).toBe(0);
    const [bytes] = (await once(peer.resume(), 'data')) as [Buffer];
    expect(bytes.toString()).toBe('hello world'.slice(0, bytes.length));
    peer.pause();
    const much = Buffer.alloc(1_000_000);
    let taken = 0;
    for (let last = much.length; last === much.length; taken += last) last = send(fd, much);
    while (send(fd, much) > 0);
    expect(taken).toBeGreaterThan(0);
    expect(send(fd, much)).toBe(-constants.errno.EAGAIN);
  });

  it('the native function answers errors as numbers, and throws for what is no descriptor or no bytes', () => {
    expect(send(2 ** 30, Buffer.from('x'))).toBe(-constants.errno.EBADF);
    const loose = send as (...args: unknown[]) => number;
    for (const args of [
      [],
      [1],
      ['1', Buffer.alloc(1)],
      [-1, Buffer.alloc(1)],
      [1, 'text'],
      [1, new Float64Array(1)],
      [1, new DataView(new ArrayBuffer(1))],
    ])
      expect(() => loose(...args)).toThrow(TypeError);
  });
}
