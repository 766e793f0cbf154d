import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { closeServers, httpServer } from '../../../test/kit/http-server.ts';

afterEach(closeServers);

it('HTTP-22: an address may ask the API 5,000 times at once and 1,000 times a second, its whole /64 as one', async () => {
  const { http, clock } = await httpServer();
  const ask = async (remoteAddress: string) => http.app.inject({ url: '/api/analytics', remoteAddress });
  const count = async (times: number, host: number) => {
    let answered = 0;
    for (let n = 0; n < times; n += 1) {
      if ((await ask(`2001:db8::${(host + (n % 7)).toString(16)}`)).statusCode === 200) answered += 1;
    }
    return answered;
  };
  expect(await count(5_001, 1)).toBe(5_000);
  const refused = await ask('2001:db8::ffff');
  expect([refused.statusCode, refused.json().error.code, refused.headers['retry-after']]).toEqual([429, 'rate_limited', '1']);
  expect((await ask('2001:db8:0:1::1')).statusCode).toBe(200);
  clock.advance(1000);
  expect(await count(1_001, 9)).toBe(1_000);
});

it('HTTP-25: headers that do not come are answered with 408 after 10 s', async () => {
  const { http } = await httpServer();
  const { port } = await http.listen(0, '127.0.0.1');
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const askedAt = performance.now();
  socket.write('GET /health HTTP/1.1\r\nHost: x\r\n');
  await once(socket, 'close');
  expect(text).toContain('HTTP/1.1 408 Request Timeout');
  expect(text).toContain('"code":"request_timeout"');
  expect(performance.now() - askedAt).toBeGreaterThan(9_900);
});
