import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isNotice, isPresence } from '../kit/frames.ts';
import { fullHistory, get } from '../kit/http.ts';
import { useServer } from '../kit/server-process.ts';
import { eventually, sleep } from '../kit/wait.ts';

const server = useServer();

interface Members {
  readonly members: readonly {
    readonly userId: string;
    readonly username: string;
    readonly connections: number;
    readonly joinedAt: string | number;
  }[];
  readonly count: number;
}

describe.concurrent('who is there', () => {
  test('PRES-1 ORDER-5: a join is announced at once, a leave after 5 s; neither has a seq or is history', async () => {
    const observer = await TestClient.join(server(), { userId: 'observer', rooms: ['comings'] });
    const guest = await TestClient.join(server(), { userId: 'guest', username: 'Guest', rooms: ['comings'] });
    const join = await observer.next(isNotice('join', 'guest'));
    expect(join).toMatchObject({
      roomId: 'comings',
      username: 'Guest',
      messageId: expect.any(String),
      timestamp: expect.any(String),
      content: expect.any(String),
    });
    expect(join.seq).toBeUndefined();
    await guest.close();
    await observer.never(isNotice('leave', 'guest'), 3_500);
    const leave = await observer.next(isNotice('leave', 'guest'), 4_000);
    expect(leave.seq).toBeUndefined();
    expect(await fullHistory(server(), 'comings')).toEqual([]);
  });

  test('PRES-2 PRES-4: a second connection and a return within 5 s are announced to nobody', async () => {
    const observer = await TestClient.join(server(), { userId: 'observer', rooms: ['grace'] });
    const first = await TestClient.join(server(), { userId: 'guest', rooms: ['grace'] });
    await observer.next(isNotice('join', 'guest'));
    const second = await TestClient.join(server(), { userId: 'guest', rooms: ['grace'] });
    first.cut();
    await sleep(300);
    second.cut();
    await sleep(2_500);
    const back = await TestClient.join(server(), { userId: 'guest', rooms: ['grace'] });
    await observer.never((frame) => frame.type === 'join' || frame.type === 'leave', 3_500);
    await back.close();
    await observer.next(isNotice('leave', 'guest'), 7_000);
  });

  test('PRES-1: leaving a room by frame is announced after the grace as well', async () => {
    const observer = await TestClient.join(server(), { userId: 'observer', rooms: ['by-frame'] });
    const guest = await TestClient.join(server(), { userId: 'guest', rooms: ['by-frame'] });
    await observer.next(isNotice('join', 'guest'));
    guest.send({ type: 'leave', roomId: 'by-frame' });
    await observer.next(isNotice('leave', 'guest'), 7_000);
  });

  test('HTTP-6: members are listed with their connections and the time of joining', async () => {
    const alice = await TestClient.join(server(), { userId: 'alice', username: 'Alice', rooms: ['members'] });
    await TestClient.join(server(), { userId: 'bob', username: 'Bob', rooms: ['members'] });
    await TestClient.join(server(), { userId: 'alice', username: 'Alice', rooms: ['members'] });
    const { body } = await get<Members>(server(), '/api/rooms/members/members');
    expect(body.count).toBe(2);
    expect(body.members.map(({ userId, username, connections }) => [userId, username, connections])).toEqual([
      ['alice', 'Alice', 2],
      ['bob', 'Bob', 1],
    ]);
    expect(Math.abs(new Date(body.members[0]?.joinedAt ?? 0).getTime() - Date.now())).toBeLessThan(30_000);
    const rooms = await get<{ rooms: { roomId: string; members: number }[] }>(server(), '/api/rooms');
    expect(rooms.body.rooms).toEqual(expect.arrayContaining([expect.objectContaining({ roomId: 'members', members: 2 })]));
    alice.cut();
  });
});

describe.concurrent('a room of many', () => {
  test('PRES-3: above 100 members counts are sent once a second, below 80 joins and leaves are announced again', async () => {
    const observer = await TestClient.join(server(), { userId: 'observer', rooms: ['crowd'] });
    const crowd: TestClient[] = [];
    for (let i = 0; i < 110; i++) crowd.push(await TestClient.connect(server(), { userId: `c${i}`, rooms: ['crowd'], records: false }));
    const counted = await eventually('the count of all comes', async () => {
      const frame = await observer.next(isPresence);
      return frame.members === 111 ? frame : undefined;
    });
    expect(counted).toEqual({ type: 'presence', roomId: 'crowd', members: 111 });
    const joins = (await observer.drained()).filter((frame) => frame.type === 'join');
    expect(joins.length).toBeGreaterThanOrEqual(98);
    expect(joins.length).toBeLessThanOrEqual(100);

    for (const client of crowd.slice(75)) client.cut();
    await sleep(7_000);
    expect((await get<Members>(server(), '/api/rooms/crowd/members')).body.count).toBe(76);
    await observer.drained();
    const late = await TestClient.join(server(), { userId: 'late', rooms: ['crowd'] });
    await observer.next(isNotice('join', 'late'));
    for (const client of [...crowd, late]) client.cut();
  });

  // A known defect: the number leaves out users in their grace, whose leaves are then announced on top of it.
  test('PRES-3: whoever counts with the notices arrives at the number that the room has', async () => {
    const observer = await TestClient.join(server(), { userId: 'observer', rooms: ['count'] });
    const crowd = await Promise.all(
      Array.from({ length: 110 }, (_, i) => TestClient.connect(server(), { userId: `n${i}`, rooms: ['count'], records: false })),
    );
    await eventually('all are counted', async () => ((await observer.next(isPresence)).members === 111 ? true : undefined));
    await observer.drained();
    for (const client of crowd.slice(75)) client.cut();
    await sleep(8_000);
    let counted = 111;
    for (const frame of await observer.drained()) {
      if (frame.type === 'presence') counted = frame.members;
      else if (frame.type === 'join') counted++;
      else if (frame.type === 'leave') counted--;
    }
    expect(counted).toBe((await get<Members>(server(), '/api/rooms/count/members')).body.count);
    for (const client of [...crowd, observer]) client.cut();
  });

  test('PRES-3: a storm of joins and leaves in a big room is at most about one frame a second for a member', async () => {
    const observer = await TestClient.join(server(), { userId: 'observer', rooms: ['storm'] });
    const crowd = await Promise.all(
      Array.from({ length: 120 }, (_, i) => TestClient.connect(server(), { userId: `s${i}`, rooms: ['storm'], records: false })),
    );
    await eventually('121 members', async () =>
      (await get<Members>(server(), '/api/rooms/storm/members')).body.count === 121 ? true : undefined,
    );
    await sleep(1_200);
    await observer.drained();
    const startedAt = Date.now();
    for (let round = 0; round < 3; round++) {
      const more = await Promise.all(
        Array.from({ length: 30 }, (_, i) => TestClient.connect(server(), { userId: `x${round}-${i}`, rooms: ['storm'], records: false })),
      );
      await sleep(300);
      for (const client of more) client.cut();
    }
    const frames = await observer.drained();
    const seconds = (Date.now() - startedAt) / 1000;
    expect(frames.filter((frame) => frame.type === 'join' || frame.type === 'leave')).toEqual([]);
    expect(frames.filter(isPresence).length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    for (const client of crowd) client.cut();
  });
});
