import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, httpServer } from '../../../../../test/kit/http-server.ts';
import type { MemberView } from '../../hub/directory.ts';
import { type Store, type StoredMessage, StoreUnavailable } from '../../store/store.ts';
import { encodeCursor } from './opaque-cursor.ts';

afterEach(closeServers);

const raw = (text: string) => Buffer.from(text).toString('base64url');

function message(roomId: string, n: number): StoredMessage {
  const messageId = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const shared = { roomId, messageId, type: 'chat', userId: n % 2 === 0 ? 'even' : 'odd', username: 'Ann', replyTo: undefined } as const;
  return { ...shared, content: `message ${n}`, timestamp: 1_700_000_000_000 + n * 1000, position: undefined };
}

const awayStore = (): Pick<Store, 'roomMessages' | 'userMessages' | 'rooms'> => {
  const away = async () => Promise.reject(new StoreUnavailable('away'));
  return { roomMessages: away, userMessages: away, rooms: away };
};

describe('history', () => {
  it('HTTP-4, HTTP-13 pages from the newest to the oldest, each message once, in order', async () => {
    const { get, store } = await httpServer();
    await store.importEvents(Array.from({ length: 120 }, (_, n) => message('#ubuntu', n)));
    const seen: string[] = [];
    let before = '';
    for (;;) {
      const page = (await get(`/api/rooms/%23ubuntu/messages${before}`)).json();
      expect(page).toMatchObject({ roomId: '#ubuntu', count: page.messages.length });
      seen.unshift(...page.messages.map(({ content }: { content: string }) => content));
      if (page.nextBefore === null) break;
      before = `?before=${encodeURIComponent(page.nextBefore)}`;
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, n) => `message ${n}`));
  });

  it('HTTP-4, HTTP-13 goes forward again with nextAfter', async () => {
    const { get, store } = await httpServer();
    await store.importEvents(Array.from({ length: 9 }, (_, n) => message('r', n)));
    const newest = (await get('/api/rooms/r/messages?limit=3')).json();
    const older = (await get(`/api/rooms/r/messages?limit=3&before=${encodeURIComponent(newest.nextBefore)}`)).json();
    const again = (await get(`/api/rooms/r/messages?limit=3&after=${encodeURIComponent(older.nextAfter)}`)).json();
    expect(again.messages).toEqual(newest.messages);
  });

  it("HTTP-12 lists one user's messages over all rooms", async () => {
    const { get, store } = await httpServer();
    await store.importEvents([message('a', 0), message('b', 1), message('b', 2)]);
    const page = (await get('/api/users/even/messages')).json();
    expect([page.userId, page.messages.map(({ roomId }: { roomId: string }) => roomId)]).toEqual(['even', ['a', 'b']]);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1e9',
    'limit=',
    'limit=x',
    'limit=1.5',
    'limit=1&limit=2',
    'before=',
    'before=forged',
    'after=x',
    'before=a&before=b',
  ])('HTTP-5, HTTP-15 refuses %s and names the parameter', async (query) => {
    const { get } = await httpServer();
    for (const path of ['/api/rooms/r/messages', '/api/users/u/messages']) {
      const answer = await get(`${path}?${query}`);
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
      expect(answer.json().error.message).toContain(`"${query.split('=')[0]}"`);
    }
  });

  it('HTTP-14 refuses both cursors at once', async () => {
    const { get } = await httpServer();
    expect((await get('/api/rooms/r/messages?before=a&after=b')).statusCode).toBe(400);
  });

  it.each(['dm:a', 'private:b', 'a b', 'a%2Fb', 'x'.repeat(65), '%00', '__proto__%20'])(
    'HTTP-18 does not know the room %s',
    async (room) => {
      const { get } = await httpServer();
      for (const what of ['messages', 'members']) {
        const answer = await get(`/api/rooms/${room}/${what}`);
        expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'room_invalid']);
      }
    },
  );

  it('HTTP-8 answers 503 while the store is away, and says when to come back', async () => {
    const { get } = await httpServer({ store: awayStore(), storageState: () => 'unavailable' });
    for (const url of ['/api/rooms', '/api/rooms/r/messages', '/api/users/u/messages']) {
      const answer = await get(url);
      expect([answer.statusCode, answer.json().error.code, answer.headers['retry-after']]).toEqual([503, 'storage_unavailable', '5']);
    }
  });

  it('HTTP-8 answers 503 when nothing is stored at all', async () => {
    const { get } = await httpServer({ storageState: () => 'disabled' });
    expect((await get('/api/rooms/r/messages')).statusCode).toBe(503);
    expect((await get('/api/rooms')).json()).toEqual({ rooms: [], next: null });
  });
});

describe('rooms', () => {
  it('HTTP-6, HTTP-16 are the stored and the live ones, by name, each once, over all pages', async () => {
    const { get, store, directory } = await httpServer();
    const stored = Array.from({ length: 12 }, (_, n) => `s${n}`);
    await store.importEvents(stored.map((roomId, n) => message(roomId, n)));
    directory.rooms = ['a1', 'a2', 'a3', 'a4', 's3', 's3x', 'z1', 'z2', 'dm:x'].map((roomId) => ({ roomId, members: 2, lastMessageAt: 0 }));
    for (const limit of [1, 2, 3, 5, 200]) {
      const seen: { roomId: string; members: number }[] = [];
      let after = '';
      for (;;) {
        const page = (await get(`/api/rooms?limit=${limit}${after}`)).json();
        expect(page.rooms.length).toBeLessThanOrEqual(limit);
        seen.push(...page.rooms);
        if (page.next === null) break;
        after = `&after=${encodeURIComponent(page.next)}`;
      }
      expect(seen.map(({ roomId }) => roomId)).toEqual([...stored, 'a1', 'a2', 'a3', 'a4', 's3x', 'z1', 'z2'].sort());
      expect(seen.find(({ roomId }) => roomId === 's3')).toEqual({ roomId: 's3', members: 2, lastMessageAt: '2023-11-14T22:13:23.000Z' });
      expect(seen.find(({ roomId }) => roomId === 'z1')).toMatchObject({ lastMessageAt: null });
    }
  });

  it.each(['x', 'W10', 'WzEsMl0', 'eyJhIjoxfQ', 'WyJmb3JnZWQiLCJhIl0'])('HTTP-5 refuse the forged cursor %s', async (after) => {
    const { get } = await httpServer();
    expect((await get(`/api/rooms?after=${after}`)).statusCode).toBe(400);
  });
});

describe('members', () => {
  const ann = (n: number): MemberView => ({ userId: `u${n}`, username: 'Ann', connections: 1, joinedAt: 1000 * n });

  it('HTTP-6, HTTP-17 are paged in the order of joining, also when the last one shown has left', async () => {
    const { get, directory } = await httpServer();
    directory.present = [1, 2, 3, 4, 5].map(ann);
    const first = (await get('/api/rooms/r/members?limit=2')).json();
    expect(first).toMatchObject({ count: 5, members: [{ userId: 'u1', joinedAt: '1970-01-01T00:00:01.000Z' }, { userId: 'u2' }] });
    directory.present = [1, 3, 4, 5].map(ann);
    const second = (await get(`/api/rooms/r/members?limit=3&after=${first.next}`)).json();
    expect(second.members.map(({ userId }: MemberView) => userId)).toEqual(['u3', 'u4', 'u5']);
    expect(second.next).toBeNull();
  });

  it.each(['abc', `${encodeCursor([1000, 'u1'])}%21junk`, raw('[1e999,"x"]'), raw('[null,"u1"]'), raw('[ 1000,"u1"]'), raw('[1.5,"u1"]')])(
    'HTTP-5, HTTP-15 refuse the forged cursor %s',
    async (cursor) => {
      const { get, directory } = await httpServer();
      directory.present = [1, 2].map(ann);
      expect((await get(`/api/rooms/r/members?after=${encodeCursor([1000, 'u1'])}`)).statusCode).toBe(200);
      expect((await get(`/api/rooms/r/members?after=${cursor}`)).json().error.code).toBe('bad_request');
    },
  );
});
