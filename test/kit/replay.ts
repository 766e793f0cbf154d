import { TestClient } from './client.ts';
import { isMessage } from './frames.ts';
import { differing, senderDisorder } from './history-checker.ts';
import { fullHistory } from './http.ts';
import type { LogMessage } from './irc-log.ts';
import type { ServerProcess } from './server-process.ts';
import { eventually, sleep } from './wait.ts';

const ALL_ARRIVE_MS = 30_000;

export interface Replay {
  readonly findings: readonly string[];
  readonly messages: number;
  readonly users: number;
  /** Ids in the order of the room. */
  readonly order: readonly string[];
}

async function connectAll(server: ServerProcess, roomId: string, log: readonly LogMessage[]): Promise<Map<string, TestClient>> {
  const clients = new Map<string, TestClient>();
  for (const userId of new Set(log.map((message) => message.userId))) {
    clients.set(userId, await TestClient.join(server, { userId, username: userId, rooms: [roomId] }));
  }
  return clients;
}

/** Says everything in the log through a connection per user, at the log's pace times `speed`, and checks what everybody received. */
export async function replayAtSpeed(server: ServerProcess, roomId: string, log: readonly LogMessage[], speed: number): Promise<Replay> {
  const clients = await connectAll(server, roomId, log);
  const first = log[0]?.atMs ?? 0;
  const startedAt = performance.now();
  for (const { atMs, userId, content, messageId } of log) {
    const waitMs = (atMs - first) / speed - (performance.now() - startedAt);
    if (waitMs > 1) await sleep(waitMs);
    clients.get(userId)?.chat(content, { messageId, ref: messageId });
  }
  return check(server, roomId, log, clients);
}

/** The same, but each message is said when the one before has come back to its sender: the order must be the log's. */
export async function replayInTurn(server: ServerProcess, roomId: string, log: readonly LogMessage[]): Promise<Replay> {
  const clients = await connectAll(server, roomId, log);
  for (const { userId, content, messageId } of log) {
    const client = clients.get(userId);
    client?.chat(content, { messageId, ref: messageId });
    await client?.next((frame) => isMessage(content)(frame) && frame.messageId === messageId);
  }
  const replay = await check(server, roomId, log, clients);
  const at = log.findIndex(({ messageId }, i) => replay.order[i] !== messageId);
  return at === -1
    ? replay
    : { ...replay, findings: [...replay.findings, `line ${at + 1} of the log is not message ${at + 1} of the room`] };
}

async function check(
  server: ServerProcess,
  roomId: string,
  log: readonly LogMessage[],
  clients: ReadonlyMap<string, TestClient>,
): Promise<Replay> {
  const everybody = [...clients.values()];
  const isComplete = (client: TestClient): boolean => client.messages(roomId).length >= log.length && client.refusals.length === 0;
  await eventually(
    `all ${log.length} messages reach all members`,
    () => (everybody.every(isComplete) ? true : undefined),
    ALL_ARRIVE_MS,
  ).catch(() => undefined);
  await eventually('all acks', () => (everybody.reduce((sum, { acks }) => sum + acks.size, 0) >= log.length ? true : undefined)).catch(
    () => undefined,
  );
  const history = await fullHistory(server, roomId);
  const order = history.map(({ messageId }) => messageId);
  const places = new Map(log.map(({ messageId }, index) => [messageId, index]));
  const contents = new Map(log.map(({ messageId, content }) => [messageId, content]));
  const acked = everybody.reduce((sum, { acks }) => sum + acks.size, 0);
  const findings = [
    ...(history.length === log.length ? [] : [`history has ${history.length} messages, the log ${log.length}`]),
    ...(acked === log.length ? [] : [`${acked} acks for ${log.length} messages`]),
    ...everybody.flatMap((client) => client.refusals.map(({ code, ref }) => `${client.userId}: ${code} for ${ref}`)),
    ...differing(order, new Map([...clients].map(([name, client]) => [name, client.messages(roomId)]))),
    ...senderDisorder(
      history.map(({ userId, messageId }) => ({ userId, content: String(places.get(messageId)) })),
      Number,
    ),
    ...history
      .filter(({ messageId, content }) => contents.get(messageId) !== content)
      .map(({ messageId }) => `the content of ${messageId} is not the log's`),
  ];
  for (const client of everybody) client.cut();
  return { findings, messages: history.length, users: clients.size, order };
}
