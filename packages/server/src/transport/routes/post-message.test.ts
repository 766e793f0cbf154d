import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, httpServer } from '../../../../../test/kit/http-server.ts';

afterEach(closeServers);

describe('posting', () => {
  const URL = '/api/rooms/%23ubuntu/messages';

  it('HTTP-3 publishes and answers 201 with the message', async () => {
    const { post, directory } = await httpServer();
    const answer = await post(`${URL}?userId=bot&username=Bot`, { content: 'hi', messageId: '550E8400-E29B-41D4-A716-446655440000' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ roomId: '#ubuntu', userId: 'bot', username: 'Bot', content: 'hi', seq: 1 });
    expect(directory.posted[0]?.messageId).toBe('550e8400-e29b-41d4-a716-446655440000');
  });

  it('HTTP-19 takes the author from the query, then from the body, then anonymous', async () => {
    const { post, directory } = await httpServer();
    await post(`${URL}?userId=q&username=Q`, { content: 'a', userId: 'u', username: 'U' });
    await post(URL, { content: 'a', userId: 'u', username: 'U' });
    await post(URL, { content: 'a' });
    expect(directory.posted.map(({ userId, username }) => [userId, username])).toEqual([
      ['q', 'Q'],
      ['u', 'U'],
      ['anonymous', 'Anonymous'],
    ]);
  });

  it('HTTP-20 answers 200 with the first message for a repeat', async () => {
    const { post, directory } = await httpServer();
    const first = {
      messageId: 'm',
      roomId: '#ubuntu',
      type: 'chat',
      userId: 'u',
      username: 'U',
      content: 'first',
      timestamp: 't',
      seq: 1,
    } as const;
    directory.outcome = { kind: 'stored', isRepeat: true, message: first };
    const answer = await post(URL, { content: 'second' });
    expect([answer.statusCode, answer.json().content]).toEqual([200, 'first']);
  });

  it.each([
    ['content_empty', 400, undefined],
    ['id_taken', 409, undefined],
    ['not_found', 404, undefined],
    ['overloaded', 503, '1'],
    ['storage_unavailable', 503, '1'],
    ['slow_mode', 429, '1'],
  ] as const)('answers %s with %i', async (code, status, retryAfter) => {
    const { post, directory } = await httpServer();
    directory.outcome = { kind: 'refused', code, message: 'no' };
    const answer = await post(URL, { content: 'x' });
    expect([answer.statusCode, answer.json(), answer.headers['retry-after']]).toEqual([
      status,
      { error: { code, message: 'no' } },
      retryAfter,
    ]);
  });

  it.each([
    ['no content', {}],
    ['a number as content', { content: 5 }],
    ['null', 'null'],
    ['a bad id', { content: 'x', messageId: 'nope' }],
    ['a bad reply', { content: 'x', replyTo: 'nope' }],
    ['a bad type', { content: 'x', type: 'join' }],
    ['a bad user', { content: 'x', userId: '' }],
    ['a bad name', { content: 'x', username: 'a\nb' }],
    ['no JSON', '{"content"'],
    ['nothing', ''],
    ['a prototype and no content', '{"__proto__":{"content":"x"}}'],
    ['an id that is empty', { content: 'x', messageId: '' }],
  ])('refuses %s with 400 and publishes nothing', async (_name, payload) => {
    const { post, directory } = await httpServer();
    const answer = await post(URL, payload);
    expect([answer.statusCode, Object.keys(answer.json().error)]).toEqual([400, ['code', 'message']]);
    expect(directory.posted).toEqual([]);
  });

  it.each([['null'], [undefined]])('says what is expected, with an example, where the body is %s', async (payload) => {
    const { http } = await httpServer();
    const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await http.app.inject({ method: 'POST', url: URL, headers, ...(payload === undefined ? {} : { payload }) });
    expect([answer.statusCode, answer.json().error.message]).toEqual([
      400,
      'The body should be a JSON object, such as {"content":"Hello"}.',
    ]);
  });

  it.each([
    '{"content":"x","__proto__":{"polluted":1,"userId":"evil"}}',
    '{"content":"x","constructor":{"prototype":{"polluted":1}}}',
    '{"content":"x","constructor":5,"prototype":{"polluted":1}}',
    '{"content":"x","messageId":null,"replyTo":null}',
  ])('HTTP-3, FRAME-10 ignores what a frame ignores in %s', async (payload) => {
    const { post, directory } = await httpServer();
    expect((await post(URL, payload)).statusCode).toBe(201);
    expect(directory.posted).toEqual([
      {
        roomId: '#ubuntu',
        type: 'chat',
        userId: 'anonymous',
        username: 'Anonymous',
        content: 'x',
        messageId: undefined,
        replyTo: undefined,
      },
    ]);
    expect('polluted' in {} || 'polluted' in Object).toBe(false);
  });

  it.each(['dm:a', 'private:b', 'a%20b', 'x'.repeat(65)])('HTTP-18 does not know the room %s', async (room) => {
    const { post, directory } = await httpServer();
    const answer = await post(`/api/rooms/${room}/messages`, { content: 'x' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'room_invalid']);
    expect(directory.posted).toEqual([]);
  });

  it('refuses what is too large and what is no JSON by its type', async () => {
    const { post } = await httpServer();
    expect((await post(URL, { content: 'x'.repeat(17_000) })).json().error.code).toBe('payload_too_large');
    expect((await post(URL, 'x', { 'content-type': 'text/plain' })).statusCode).toBe(415);
  });

  it('HTTP-21 limits each author of an address, and lets go on after the time it names', async () => {
    const { post, clock } = await httpServer();
    for (let n = 0; n < 10; n++) expect((await post(`${URL}?userId=a`, { content: 'x' })).statusCode).toBe(201);
    const refused = await post(`${URL}?userId=a`, { content: 'x' });
    expect([refused.statusCode, refused.json().error.code, refused.headers['retry-after']]).toEqual([429, 'rate_limited', '1']);
    expect((await post(`${URL}?userId=b`, { content: 'x' })).statusCode).toBe(201);
    clock.advance(1000);
    expect((await post(`${URL}?userId=a`, { content: 'x' })).statusCode).toBe(201);
  });

  it('HTTP-21 is not evaded by inventing users', async () => {
    const { post } = await httpServer();
    const statuses: number[] = [];
    for (let n = 0; n < 201; n++) statuses.push((await post(`${URL}?userId=u${n}`, { content: 'x' })).statusCode);
    expect([statuses[199], statuses[200]]).toEqual([201, 429]);
  });
});
