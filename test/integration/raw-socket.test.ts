import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isMessage } from '../kit/frames.ts';
import { get, type Health } from '../kit/http.ts';
import { FINAL_TEXT, FIRST_TEXT, MORE, PING, RawSocket } from '../kit/raw-socket.ts';
import { UNLIMITED, useServer } from '../kit/server-process.ts';
import { eventually, sleep, within } from '../kit/wait.ts';

const server = useServer({ ...UNLIMITED, LOG_LEVEL: 'warn' });
const PATH = '/ws?userId=raw&room=raw&history=0';

let witness: TestClient;
beforeEach(async () => {
  witness = await TestClient.join(server(), { userId: 'witness', rooms: ['raw'] });
});
/** Whatever was done to the server: the others go on. */
afterEach(async () => {
  witness.chat('still here', { ref: 'still' });
  await witness.next(isAck('still'));
  witness.cut();
});

async function rawMember(headers: readonly string[] = []): Promise<RawSocket> {
  const raw = new RawSocket(server().port);
  expect(await raw.upgrade(PATH, headers)).toBe(101);
  return raw;
}

test.for([
  ['without a mask', FINAL_TEXT, false],
  ['with a reserved bit, as if compressed', FINAL_TEXT | 0x40, true],
  ['with an unknown opcode', 0x83, true],
  ['that goes on with nothing begun', 0x80, true],
] as const)('a frame %s ends its connection with 1002 and nothing is said', async ([, start, isMasked]) => {
  const raw = await rawMember();
  raw.frame(start, '{"type":"chat","content":"broken"}', isMasked);
  await within('the connection ends', raw.closed);
  expect(raw.closeCode).toBe(1002);
  await witness.settled();
  expect(witness.messages('raw')).toEqual([]);
});

test('FRAME-1: text that is not UTF-8 ends its connection with 1007', async () => {
  const raw = await rawMember();
  raw.frame(FINAL_TEXT, Buffer.from([0x22, 0xff, 0xfe, 0x22]));
  await within('the connection ends', raw.closed);
  expect(raw.closeCode).toBe(1007);
});

test('a message in fragments, with a ping between them, is one message', async () => {
  const raw = await rawMember();
  raw.frame(FIRST_TEXT, '{"type":"chat",');
  raw.frame(PING, 'between');
  raw.frame(MORE, '"content":"in');
  raw.frame(0x80, ' pieces"}');
  await witness.next(isMessage('in pieces'));
  expect(raw.text).toContain('between');
  raw.end();
});

test('FRAME-5: fragments that grow beyond 16 KiB end with 1009, however small each is', async () => {
  const raw = await rawMember();
  raw.frame(FIRST_TEXT, '{"type":"chat","content":"');
  for (let i = 0; i < 200; i++) raw.frame(MORE, 'x'.repeat(100));
  await within('the connection ends', raw.closed);
  expect(raw.closeCode).toBe(1009);
});

test('fragments that are never finished and sockets that never upgrade harm nobody', async () => {
  const begun = await Promise.all(Array.from({ length: 50 }, () => rawMember()));
  for (const raw of begun) raw.frame(FIRST_TEXT, '{"type":"chat"');
  const silent = Array.from({ length: 200 }, () => new RawSocket(server().port));
  for (const raw of silent) raw.socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nUpgr');
  witness.chat('between them', { ref: 1 });
  await witness.next(isAck(1));
  for (const raw of [...begun, ...silent]) raw.end();
  await eventually('their connections are given back', async () =>
    (await get<Health>(server(), '/health')).body.clients === 1 ? true : undefined,
  );
});

test('compression is not negotiated, so that there is no bomb to unpack', async () => {
  const raw = await rawMember(['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits']);
  expect(raw.text.toLowerCase()).not.toContain('permessage-deflate');
  raw.end();
});

test('a flood of pings is answered or cut, and the others do not notice', async () => {
  const raw = await rawMember();
  for (let i = 0; i < 20_000; i++) raw.frame(PING, 'ping');
  const startedAt = performance.now();
  witness.chat('during the flood', { ref: 1 });
  await witness.next(isAck(1));
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  raw.end();
});

test.for([
  ['1,000 headers', Array.from({ length: 1_000 }, (_, i) => `X-Header-${i}: ${'v'.repeat(20)}`)],
  ['a header of 100,000 bytes', [`Cookie: ${'c'.repeat(100_000)}`]],
] as const)('an upgrade with %s is refused', async ([, headers]) => {
  const raw = new RawSocket(server().port);
  const status = await raw.upgrade(PATH, headers);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  raw.end();
});

test('an upgrade of another path, with a bad key, or of another version is refused', async () => {
  const other = new RawSocket(server().port);
  expect(await other.upgrade('/other')).toBe(404);
  const old = new RawSocket(server().port);
  old.socket.write(
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 7\r\nSec-WebSocket-Key: short\r\n\r\n',
  );
  await within('it ends', old.closed);
  expect(old.text).toMatch(/^HTTP\/1\.1 4\d\d/);
  await sleep(50);
});
