import { MemoryStore } from '../../src/store/memory-store.ts';
import type { Store, StoredMessage } from '../../src/store/store.ts';
import type { Journal } from './journal.ts';
import type { Segment, View } from './view.ts';
import type { World } from './world.ts';

/** The history checker: the store against all that was promised to anybody. Runs after a clean stop. */
export async function verify(world: World): Promise<void> {
  const store = new MemoryStore(world.contents);
  for (const roomId of world.rooms) {
    const rows = await store.sequencedAfter(roomId, 0, Number.MAX_SAFE_INTEGER, 1_000_000);
    checkRows(world.journal, roomId, rows);
    checkListing(world.journal, roomId, rows, await readAll(store, roomId));
    checkSendings(world.journal, roomId, rows);
    checkObserved(world.journal, roomId, rows);
    for (const client of world.clients) checkView(world, `${client.userId} in ${roomId}`, roomId, client.view(roomId), rows);
  }
}

const seqOf = (row: StoredMessage): number => row.position?.seq ?? 0;

/** P2: dense within an epoch, ascending over all, each row as it was ordered; time never goes back. */
function checkRows(journal: Journal, roomId: string, rows: readonly StoredMessage[]): void {
  const accepted = new Map((journal.accepted.get(roomId) ?? []).map((each) => [each.seq, each]));
  const firsts = new Map<string, number>();
  for (const { epoch, seq } of accepted.values()) if (!firsts.has(epoch)) firsts.set(epoch, seq);
  let [lastEpoch, last, lastTime] = ['', 0, 0];
  for (const row of rows) {
    const { epoch = '', seq = 0 } = row.position ?? {};
    if (accepted.get(seq)?.messageId !== row.messageId)
      journal.violated(`P2: ${roomId} stored ${row.messageId} at ${seq}, ordered otherwise`);
    const isDense = epoch === lastEpoch ? seq === last + 1 : seq > last && seq === firsts.get(epoch);
    if (!isDense) journal.violated(`P2: ${roomId} has a hole between ${last} and ${seq}`);
    if (row.timestamp < lastTime) journal.violated(`ORDER-3: time of ${roomId} ${seq} goes back`);
    [lastEpoch, last, lastTime] = [epoch, seq, row.timestamp];
  }
}

/** P4: each id is one message, in history once, with one content. */
function checkListing(journal: Journal, roomId: string, rows: readonly StoredMessage[], listing: readonly StoredMessage[]): void {
  const inRows = rows.map((row) => row.messageId).join();
  if (listing.map((row) => row.messageId).join() !== inRows) journal.violated(`P4: history of ${roomId} is not what was ordered`);
  if (new Set(listing.map((row) => row.messageId)).size !== listing.length) journal.violated(`P4: history of ${roomId} has an id twice`);
}

/** P1: what was acked is there, where it was said to be; what was refused is not. */
function checkSendings(journal: Journal, roomId: string, rows: readonly StoredMessage[]): void {
  const byId = new Map(rows.map((row) => [row.messageId, row]));
  const observed = new Set([...journal.observed()].filter((each) => each.roomId === roomId).map((each) => each.messageId));
  for (const { messageId, userId, content, ack, attempts, refusals } of journal.sendings.filter((each) => each.roomId === roomId)) {
    const row = byId.get(messageId);
    const isHis = row?.userId === userId;
    if (ack !== undefined && (!isHis || row?.position?.seq !== ack.seq || row.position.epoch !== ack.epoch)) {
      journal.violated(
        `P1: ${messageId} of ${userId} was acked at ${ack.seq} and is ${row === undefined ? 'not stored' : `at ${row.position?.seq}`}`,
      );
    }
    const isAlone = journal.sendings.every((each) => each.messageId !== messageId || each.userId === userId);
    if (isHis && isAlone && row?.content !== content) journal.violated(`P1: ${messageId} has other words in the store`);
    const isRefused = attempts > 0 && refusals === attempts;
    if (isRefused && isAlone && (isHis || observed.has(messageId)))
      journal.violated(`a refused message was ${isHis ? 'stored' : 'delivered'}: ${messageId}`);
  }
}

/** What anybody saw is stored, or was lost in a crash; what is stored came to nobody a second time. */
function checkObserved(journal: Journal, roomId: string, rows: readonly StoredMessage[]): void {
  const placeOf = new Map(rows.map((row) => [row.messageId, seqOf(row)]));
  const taken = new Set(rows.map(seqOf));
  for (const { seq, messageId } of [...journal.observed()].filter((each) => each.roomId === roomId)) {
    const stored = placeOf.get(messageId);
    if (stored === seq) continue;
    if (stored !== undefined && seq > stored) journal.violated(`P4: ${messageId} is stored at ${stored} and came again at ${seq}`);
    if (taken.has(seq)) journal.violated(`P2: ${seq} of ${roomId} is another message in the store`);
    if (!journal.hasLostOrder) journal.violated(`P1: ${messageId} at ${seq} was lost without a crash`);
  }
}

/** P3: between one reset and the next, everything that is stored was seen once, in order. */
function checkView({ journal }: World, who: string, roomId: string, view: View, rows: readonly StoredMessage[]): void {
  const stored = rows.map(seqOf);
  const isStored = new Set(stored);
  for (const segment of view.segments) {
    checkHistory(journal, who, roomId, segment);
    const { start, end, seqs } = segment;
    if (start === undefined) continue;
    const expected = stored.filter((seq) => seq > start.seq && seq <= end);
    const seen = seqs.filter((seq) => isStored.has(seq));
    const missing = expected.find((seq, i) => seen[i] !== seq);
    if (missing !== undefined) journal.violated(`P3: ${who}: ${missing} is missing between ${start.seq} and ${end}`);
    const lost = seqs.find((seq) => !isStored.has(seq));
    const isInLastEpoch = lost === undefined || journal.epochOf(roomId, lost) === journal.epochOf(roomId, seqs.at(-1) ?? 0);
    if (!isInLastEpoch) journal.violated(`P3: ${who}: ${lost} was lost, and the view goes on as recovered`);
  }
}

/** The history of a fresh join leads up to the position without a hole, as far as it is of one epoch. */
function checkHistory(journal: Journal, who: string, roomId: string, { start, history }: Segment): void {
  for (let i = 1; i < history.length; i += 1) {
    const [before = 0, seq = 0] = [history[i - 1], history[i]];
    const isOneEpoch = journal.epochOf(roomId, before) === journal.epochOf(roomId, seq);
    if (isOneEpoch && seq !== before + 1) journal.violated(`P3: ${who}: history has a hole between ${before} and ${seq}`);
  }
  const last = history.at(-1);
  if (start === undefined || last === undefined) return;
  const isOneEpoch = journal.epochOf(roomId, last) === start.epoch;
  if (isOneEpoch && last !== start.seq) journal.violated(`P3: ${who}: a hole between history (${last}) and live (${start.seq})`);
}

async function readAll(store: Store, roomId: string): Promise<readonly StoredMessage[]> {
  const all: StoredMessage[] = [];
  for (let before: string | undefined; ; ) {
    const page = await store.roomMessages(roomId, { limit: 200, ...(before === undefined ? {} : { before }) });
    all.unshift(...page.messages);
    if (page.before === undefined) return all;
    before = page.before;
  }
}
