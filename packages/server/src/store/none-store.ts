import { type AppendResult, type Missed, type RoomRecord, type Store, type StoredMessage, StoreUnavailable } from './store.ts';

/** Storage switched off: takes everything, keeps nothing. */
export const noneStore: Store = {
  kind: 'none',
  append: async (batch: readonly StoredMessage[]): Promise<readonly AppendResult[]> => batch.map(() => ({ kind: 'inserted' })),
  importEvents: disabled,
  room: async (_roomId, { idsSince }): Promise<RoomRecord> => ({
    head: undefined,
    knownIds: [],
    knownSince: idsSince,
    tail: [],
    importedThrough: 0,
  }),
  openEpoch: async () => {},
  find: async () => undefined,
  missed: async (): Promise<Missed> => ({ kind: 'unknown' }),
  sequencedAfter: async () => [],
  roomMessages: disabled,
  userMessages: disabled,
  rooms: disabled,
  totals: disabled,
  activitySince: disabled,
  close: async () => {},
};

async function disabled(): Promise<never> {
  throw new StoreUnavailable('storage is disabled');
}
