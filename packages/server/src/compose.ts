import { randomBytes } from 'node:crypto';
import { clientAddressReader } from './admission/client-address.ts';
import { ConnectionCaps } from './admission/connection-caps.ts';
import { askingAnalytics } from './analytics/analytics.ts';
import { LiveFacts } from './analytics/live/live-facts.ts';
import { LiveCollector, type LiveSeed, readSeed } from './analytics/live-collector.ts';
import { MemoryBus } from './bus/memory-bus.ts';
import { type OpenStore, openStore } from './compose-store.ts';
import type { Config } from './config.ts';
import { Connections } from './connection/connections.ts';
import type { EventSink } from './events.ts';
import { Hub } from './hub/hub.ts';
import { Turn } from './hub/turn.ts';
import { createImporter } from './import/importer.ts';
import { combineSinks } from './ops/combine-sinks.ts';
import type { DrainStep } from './ops/drain.ts';
import type { Logger } from './ops/logger.ts';
import { createMetrics } from './ops/metrics.ts';
import type { Store, StoredMessage } from './store/store.ts';
import { WriteBehind } from './store/write-behind.ts';
import { type DirectSend, loadDirectSend } from './transport/direct-send.ts';
import { createHttpServer, type HttpServer } from './transport/http-server.ts';
import { WsGateway } from './transport/ws-gateway.ts';
import type { Clock } from './util/clock.ts';

/** A node that listens. */
export interface RunningNode {
  /** How people on this machine reach it. */
  readonly url: string;
  /** To be run in order at the end. */
  readonly drainSteps: readonly DrainStep[];
  /** Accepted messages that are not in the store. */
  unstored(): number;
}

const NOTHING_COUNTED = { uncounted: { messages: 0, oldestMs: 0 }, faults: 0, isFailing: false } as const;
/** How long a stop waits for acks that are on their way, before clients are told to go. */
const ACK_WAIT_MS = 2000;
const GOODBYE_MS = 1000;
/** For the store, out of the 30 s of a stop. */
const FLUSH_MS = 20_000;

/** The wiring diagram in code: the only place that names concrete adapters. Rejects when something cannot be had. */
export async function compose(config: Config, clock: Clock, logger: Logger, version: string): Promise<RunningNode> {
  const opened = await openStore(config, clock, logger);
  try {
    return await wire(opened, config, clock, logger, version);
  } catch (error) {
    // A port in use is no crash: the next start goes on in the same epochs.
    await opened.close(true);
    throw error;
  }
}

async function wire(opened: OpenStore, config: Config, clock: Clock, logger: Logger, version: string): Promise<RunningNode> {
  const { store } = opened;
  const metrics = createMetrics(version);
  const live = config.analytics ? new LiveCollector(clock, await seed(store, clock)) : undefined;
  const onBug = reportsTo(logger);
  const facts = config.analytics && opened.liveFacts ? new LiveFacts({ clock, sink: opened.liveFacts, onBug: opened.onFault }) : undefined;
  const events = combineSinks(metrics.sink, ...[live, facts].filter((sink) => sink !== undefined));
  const queue = new WriteBehind(store, events, clock, { onBug });
  const bus = new MemoryBus(clock);
  const turn = new Turn(clock, events);
  const options = { maxRooms: config.maxRooms, ringBytes: config.ringBytes };
  const hub = new Hub({ bus, store, queue, events, clock, turn, options, onBug });
  const connections = new Connections({ hub, turn, events, clock, options: config, onBug });
  const gateway = createGateway(config, connections, events, clock, chooseSending(config, logger));
  const stopping = { hasBegun: false };
  const readiness = () => whyNotReady(stopping.hasBegun, queue, hub);
  metrics.read({
    connections: () => connections.size,
    rooms: () => hub.rooms.size,
    writeBacklog: () => queue.backlog(),
    ringBytes: () => hub.rooms.ringBytes,
    lostFacts: () => facts?.lost ?? 0,
    counting: () => opened.counting?.() ?? NOTHING_COUNTED,
    streams: () => http.streams(),
    isReady: () => readiness().ok,
  });
  const onImported = (through: ReadonlyMap<string, number>, inserted: readonly StoredMessage[]) => {
    hub.imported(through);
    events.stored(inserted);
  };
  const adminToken = randomBytes(32).toString('base64url');
  const http = await createHttpServer({
    config,
    version,
    logger,
    clock,
    directory: hub,
    store,
    metrics,
    snapshot: () => live?.snapshot(),
    questions: opened.questions && askingAnalytics({ ...opened.questions, live: facts, oldestQueued: () => queue.oldest(), clock }),
    importer: createImporter({ store, clock, onImported }),
    adminToken,
    clients: () => connections.size,
    storageState: () => storageState(store, queue),
    counting: () => opened.counting?.(),
    isReady: readiness,
  });
  gateway.attach(http.server);
  const { port } = await http.listen(config.port, config.host);
  const url = `http://${urlHost(config.host)}:${port}`;
  const withdraw = opened.announce(url, adminToken);
  const close = async () => {
    hub.stop();
    await bus.stop();
    withdraw();
    await facts?.stop();
    await opened.close(queue.backlog() === 0);
  };
  const parts = {
    clock,
    turn,
    queue,
    connections,
    gateway,
    http,
    close,
    begin: () => {
      stopping.hasBegun = true;
    },
  };
  return { url, drainSteps: drainSteps(parts), unstored: () => queue.backlog() };
}

interface DrainParts {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly queue: WriteBehind;
  readonly connections: Connections;
  readonly gateway: WsGateway;
  readonly http: HttpServer;
  begin(): void;
  close(): Promise<void>;
}

/** First nothing new, then the acks that are on their way, then the goodbyes; the store is the last to go. */
function drainSteps({ clock, turn, queue, connections, gateway, http, begin, close }: DrainParts): readonly DrainStep[] {
  const stopAccepting = async () => {
    begin();
    gateway.stop();
    http.stopAccepting();
    connections.deafen();
  };
  const flush = async (limitMs: number) => {
    await queue.flush(limitMs);
  };
  return [
    { name: 'stop accepting', run: stopAccepting },
    { name: 'finish acks', run: () => flush(ACK_WAIT_MS) },
    { name: 'tell clients to reconnect', run: () => sayGoodbye(connections, turn, clock) },
    { name: 'close http', run: (deadline) => http.close(Math.min(deadline, clock.monotonic() + GOODBYE_MS)) },
    { name: 'flush the store', run: () => flush(FLUSH_MS) },
    { name: 'close the store', run: close },
  ];
}

function whyNotReady(isStopping: boolean, queue: WriteBehind, hub: Hub): { ok: boolean; reasons: readonly string[] } {
  const reasons = [
    ...(isStopping ? ['draining'] : []),
    ...(queue.isFull() ? ['write queue full'] : []),
    ...(hub.isReady() ? [] : ['bus unreachable']),
  ];
  return { ok: reasons.length === 0, reasons };
}

function reportsTo(logger: Logger): (error: unknown) => void {
  return (error) => logger.error({ err: error }, 'a bug cost one operation');
}

/** A store that keeps nothing knows nothing; any other must answer before the first connection. */
async function seed(store: Store, clock: Clock): Promise<LiveSeed> {
  if (store.kind === 'none') return { totals: { chatMessages: 0, deletedMessages: 0 }, activity: [] };
  return readSeed(store, clock);
}

function chooseSending(config: Config, logger: Logger): DirectSend | undefined {
  const sending = loadDirectSend(config.directSend);
  if (sending.kind === 'direct') {
    logger.info({}, 'sending: direct');
    return sending.send;
  }
  logger.info({ reason: sending.reason }, 'sending: through streams');
  return undefined;
}

function createGateway(
  config: Config,
  connections: Connections,
  events: EventSink,
  clock: Clock,
  directSend: DirectSend | undefined,
): WsGateway {
  return new WsGateway({
    caps: new ConnectionCaps(config),
    connections,
    events,
    clock,
    allowedOrigins: config.allowedOrigins,
    historyOnJoin: config.historyOnJoin,
    clientAddress: clientAddressReader(config.trustProxy),
    directSend,
  });
}

function storageState(store: Store, queue: WriteBehind): 'ok' | 'unavailable' | 'disabled' {
  if (store.kind === 'none') return 'disabled';
  return queue.isFailing() ? 'unavailable' : 'ok';
}

/** What is queued goes out first, then 1012; whoever does not answer is cut. */
async function sayGoodbye(connections: Connections, turn: Turn, clock: Clock): Promise<void> {
  turn.flush();
  connections.closeAll();
  const until = clock.monotonic() + GOODBYE_MS;
  while (connections.size > 0 && clock.monotonic() < until) await new Promise<void>((resolve) => clock.after(20, resolve));
  connections.destroyAll();
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
