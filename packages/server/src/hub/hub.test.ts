import { describe, expect, it } from 'vitest';
import { HubBench, user } from '../../test/kit/hub-bench.ts';

const ID = 'f0000000-0000-4000-8000-000000000001';
const post = {
  roomId: 'r',
  type: 'chat',
  userId: 'bot',
  username: 'Bot',
  content: 'hello',
  messageId: undefined,
  replyTo: undefined,
} as const;

describe('coming and going', () => {
  it('PRES-1, ORDER-5: a join and a leave are told to the others, without seq, the leave 5 s later', async () => {
    const told: string[] = [];
    const events = {
      joined: (...each: unknown[]) => told.push(`join ${each[1]}`),
      left: (...each: unknown[]) => told.push(`leave ${each[1]}`),
    };
    const bench = new HubBench({ events });
    const ann = user('ann');
    await bench.join(ann);
    const bob = user('bob');
    const b = await bench.join(bob);
    await bench.rest();
    expect(ann.of('join')).toMatchObject([{ userId: 'bob', username: 'BOB', roomId: 'r', content: 'BOB joined' }]);
    expect(ann.of('join')[0]).not.toHaveProperty('seq');
    bench.hub.leave(b);
    await bench.rest(4700);
    expect([ann.of('leave'), told]).toEqual([[], ['join ann', 'join bob']]);
    await bench.rest(700);
    expect(ann.of('leave')).toMatchObject([{ userId: 'bob', content: 'BOB left' }]);
    expect(told.at(-1)).toBe('leave bob');
    expect(bob.of('join')).toEqual([]);
    expect((await bench.store.roomMessages('r', { limit: 10 })).messages).toEqual([]);
  });

  it('tells analytics of each connection in a room, at once and once', async () => {
    const told: string[] = [];
    const events = {
      entered: (roomId: string, userId: string) => told.push(`${userId} in ${roomId}`),
      exited: (roomId: string, userId: string) => told.push(`${userId} out of ${roomId}`),
    };
    const bench = new HubBench({ events });
    const first = await bench.join(user('bob', 'b1'));
    const second = await bench.join(user('bob', 'b2'));
    await bench.rejoin(second);
    bench.hub.leave(first);
    bench.hub.leave(first);
    bench.hub.leave(second);
    expect(told).toEqual(['bob in r', 'bob in r', 'bob out of r', 'bob out of r']);
  });

  it('PRES-2, PRES-4: a return within the grace and a second connection are told to nobody', async () => {
    const bench = new HubBench();
    const ann = user('ann');
    await bench.join(ann);
    const first = await bench.join(user('bob', 'b1'));
    await bench.join(user('bob', 'b2'));
    bench.hub.leave(first);
    await bench.rest(10_000);
    expect([ann.of('join').length, ann.of('leave').length]).toEqual([1, 0]);
  });

  it('PRES-3: above 100 members the number is told at most once a second, below 80 each again', async () => {
    const bench = new HubBench();
    const ann = user('ann');
    await bench.join(ann);
    const crowd = [];
    for (let i = 0; i < 110; i += 1) crowd.push(await bench.join(user(`u${i}`)));
    await bench.rest(300);
    expect(ann.of('join')).toHaveLength(99);
    expect(ann.of('presence').map((each) => each.members)).toEqual([111]);
    for (const each of crowd.slice(0, 20)) bench.hub.leave(each);
    await bench.rest(1000);
    bench.hub.leave(crowd[20] as (typeof crowd)[0]);
    await bench.rest(6300);
    expect(ann.of('presence').map((each) => each.members)).toEqual([111, 91, 90]);
    for (const each of crowd.slice(21, 40)) bench.hub.leave(each);
    await bench.rest(7000);
    expect(bench.hub.memberCount('r')).toBe(71);
    expect(ann.of('presence').at(-1)).toMatchObject({ members: 71 });
    const leaves = ann.of('leave').length;
    bench.hub.leave(crowd[50] as (typeof crowd)[0]);
    await bench.rest(6000);
    expect(ann.of('leave')).toHaveLength(leaves + 1);
  });

  it('lists members, counts them, and lists live rooms', async () => {
    const bench = new HubBench();
    const at = bench.clock.now();
    await bench.join(user('ann'));
    const b = await bench.join(user('bob', 'b1'));
    await bench.join(user('bob', 'b2'), 'other');
    expect(bench.hub.members('r')).toMatchObject([
      { userId: 'ann', username: 'ANN', connections: 1, joinedAt: at },
      { userId: 'bob', connections: 1 },
    ]);
    expect([bench.hub.memberCount('r'), bench.hub.memberCount('nowhere'), bench.hub.members('nowhere')]).toEqual([2, 0, []]);
    await bench.sayMany(b, 1);
    expect([...bench.hub.liveRooms()]).toEqual([
      { roomId: 'r', members: 2, lastMessageAt: b.room.lastMessageAt },
      { roomId: 'other', members: 1, lastMessageAt: 0 },
    ]);
    bench.hub.leave(b);
    expect([...bench.hub.liveRooms()].map((each) => each.members)).toEqual([1, 1]);
  });

  it('a connection that closed while the room was opened enters nothing', async () => {
    const bench = new HubBench();
    const ann = user('ann');
    const joining = bench.tryJoin(ann);
    ann.isOpen = false;
    expect(await joining).toMatchObject({ kind: 'joined', membership: { isEntered: false } });
    expect([bench.hub.memberCount('r'), ann.sent]).toEqual([0, []]);
  });

  it('stops its timers', async () => {
    const bench = new HubBench();
    const ann = user('ann');
    await bench.join(ann);
    bench.hub.leave(await bench.join(user('bob')));
    bench.hub.stop();
    await bench.rest(60_000);
    expect(ann.of('leave')).toEqual([]);
    expect(bench.hub.rooms.size).toBe(1);
  });

  it('is ready as long as its bus is', () => {
    const bench = new HubBench();
    expect(bench.hub.isReady()).toBe(true);
    bench.bus.isAvailable = () => false;
    expect(bench.hub.isReady()).toBe(false);
  });
});

describe('typing', () => {
  it('TYPING-1, TYPING-2, TYPING-3: reaches the other users at once, once in 2 s per user, and is not stored', async () => {
    const bench = new HubBench();
    const [ann, ann2, bob] = [user('ann', 'a1'), user('ann', 'a2'), user('bob')];
    const [a, a2] = [await bench.join(ann), await bench.join(ann2)];
    await bench.join(bob);
    await bench.rest();
    expect([bench.hub.typing(a), bench.hub.typing(a2)]).toEqual([true, false]);
    expect(bob.of('typing')).toEqual([{ type: 'typing', roomId: 'r', userId: 'ann', username: 'ANN' }]);
    expect([ann.of('typing'), ann2.of('typing')]).toEqual([[], []]);
    await bench.rest(2000);
    expect(bench.hub.typing(a2)).toBe(true);
    expect(bob.of('typing')).toHaveLength(2);
    expect(bench.calls).not.toContain('append');
  });
});

describe('posting over HTTP', () => {
  it('HTTP-3: ends when the message is stored, in the one order of the room', async () => {
    const bench = new HubBench();
    const ann = user('ann');
    await bench.sayMany(await bench.join(ann), 1);
    const posting = bench.hub.post(post);
    await bench.rest();
    const outcome = await posting;
    expect(outcome).toMatchObject({
      kind: 'stored',
      isRepeat: false,
      message: { roomId: 'r', userId: 'bot', username: 'Bot', content: 'hello', seq: 2, type: 'chat' },
    });
    expect(ann.of('chat').at(-1)).toEqual(outcome.kind === 'stored' ? outcome.message : undefined);
  });

  it('HTTP-3: answers a repeat with the first message, and another user’s id with id_taken', async () => {
    const bench = new HubBench();
    const send = async (given: object) => {
      const posting = bench.hub.post({ ...post, messageId: ID, ...given });
      await bench.rest();
      return posting;
    };
    const first = await send({});
    const repeat = await send({ content: 'other words' });
    expect(repeat).toEqual({ ...first, isRepeat: true });
    expect(await send({ userId: 'thief' })).toMatchObject({ kind: 'refused', code: 'id_taken' });
  });

  it('refuses what a frame would be refused for', async () => {
    const bench = new HubBench();
    expect(await bench.hub.post({ ...post, content: '' })).toMatchObject({ kind: 'refused', code: 'content_empty' });
    expect(await bench.hub.post({ ...post, content: 'x'.repeat(1001) })).toMatchObject({ code: 'content_too_long' });
    expect(await bench.hub.post({ ...post, username: '' })).toMatchObject({ code: 'username_invalid' });
    expect(await bench.hub.post({ ...post, roomId: 'dm:1' })).toMatchObject({ code: 'room_invalid' });
    expect(await bench.hub.post({ ...post, replyTo: ID })).toMatchObject({ code: 'not_found' });
    expect(bench.calls).not.toContain('append');
  });

  it('says so when the first message cannot be read back', async () => {
    const bench = new HubBench();
    const first = bench.hub.post({ ...post, messageId: ID });
    await bench.rest();
    await first;
    const { find } = bench.store;
    let calls = 0;
    bench.store.find = async (...args) => {
      calls += 1;
      return calls > 1 ? undefined : find(...args);
    };
    const room = bench.hub.rooms.get('r');
    room?.ring.shed();
    const again = bench.hub.post({ ...post, messageId: ID });
    await bench.rest();
    expect(await again).toMatchObject({ kind: 'refused', code: 'internal' });
  });
});
