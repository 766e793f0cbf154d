import { expect, it } from 'vitest';
import { noneStore } from './none-store.ts';
import { type StoredMessage, StoreUnavailable } from './store.ts';

const message: StoredMessage = {
  roomId: 'r',
  messageId: '00000000-0000-4000-8000-000000000001',
  type: 'chat',
  userId: 'u',
  username: 'U',
  content: 'hello',
  timestamp: 1,
  replyTo: undefined,
  position: { epoch: 'e', seq: 1 },
};

it('storage switched off takes everything, knows nothing, and says so to those who want to read', async () => {
  expect(await noneStore.append([message, message])).toEqual([{ kind: 'inserted' }, { kind: 'inserted' }]);
  await noneStore.openEpoch('r', 'e', 1);
  expect(await noneStore.find('r', message.messageId)).toBeUndefined();
  expect(await noneStore.sequencedAfter('r', 0, 10, 10)).toEqual([]);
  expect(await noneStore.missed('r', { epoch: 'e', seq: 0 }, 10)).toEqual({ kind: 'unknown' });
  expect(await noneStore.room('r', { idsSince: 7, maxIds: 10, tail: 10 })).toMatchObject({ head: undefined, knownSince: 7, tail: [] });
  for (const read of [
    noneStore.totals(),
    noneStore.rooms(1, undefined),
    noneStore.roomMessages('r', { limit: 1 }),
    noneStore.activitySince(0),
  ]) {
    const error = await read.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String(error)).toMatch(/storage is disabled/);
  }
});
