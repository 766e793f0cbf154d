import type { CloseName } from '@hubbub/protocol';
import { STANDARD_ERROR } from '@hubbub/sketch';
import type { Publication } from '../bus/bus.ts';
import type { ConnectionFact, DropReason, EventSink } from '../events.ts';
import type { MinuteActivity, Store, StoredMessage, StoreTotals } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { Audience } from './audience.ts';
import { Chatters } from './chatters.ts';
import { shown } from './digits.ts';
import { ForwardTime } from './forward-time.ts';
import { IntervalCounts } from './interval-counts.ts';
import { Latencies } from './latencies.ts';
import { MinuteSeries, SERIES_MINUTES } from './minute-series.ts';
import { type ActiveUser, type LiveSnapshot, MAX_USER_DETAILS, type SinceStart, type SnapshotSource } from './snapshot.ts';
import { Totals } from './totals.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** Of the rate: a minute of whole seconds and the one in progress, with room to spare. */
const RATE_SECONDS = 64;

/** What the store knew at the start. */
export interface LiveSeed {
  readonly totals: StoreTotals;
  readonly activity: readonly MinuteActivity[];
}

/** Reads the seed. Must be done before anything is stored that the collector will be told of. Rejects with StoreUnavailable. */
export async function readSeed(store: Pick<Store, 'totals' | 'activitySince'>, clock: Clock): Promise<LiveSeed> {
  const thisMinute = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
  const [totals, activity] = await Promise.all([store.totals(), store.activitySince(thisMinute - SERIES_MINUTES * MINUTE_MS)]);
  return { totals, activity };
}

/**
 * The live window: counts what it is told as it comes, in bounded memory and without timers (windows move on when they are next
 * used). What is said of messages comes from what was stored, so a repeat or a failed write counts nothing.
 */
export class LiveCollector implements EventSink, SnapshotSource {
  readonly #clock: Clock;
  readonly #time: ForwardTime;
  readonly #startedAt: number;
  readonly #startedMonotonic: number;
  readonly #deletedMessages: number;
  #totalMessages: number;
  readonly #audience = new Audience();
  readonly #chatters = new Chatters();
  readonly #minutes = new MinuteSeries();
  readonly #acceptedBySecond = new IntervalCounts(SECOND_MS, RATE_SECONDS);
  readonly #deliveries = new Latencies();
  readonly #writes = new Latencies();
  readonly #totals = new Totals();

  constructor(clock: Clock, seed: LiveSeed) {
    this.#clock = clock;
    this.#time = new ForwardTime(clock);
    this.#startedAt = clock.now();
    this.#startedMonotonic = clock.monotonic();
    this.#totalMessages = seed.totals.chatMessages;
    this.#deletedMessages = seed.totals.deletedMessages;
    const now = this.#time.now();
    for (const { minute, userId, messages, lastAt } of seed.activity) {
      this.#minutes.add(minute, messages, this.#startedAt);
      this.#chatters.add(userId, this.#time.at(lastAt, now), now);
    }
  }

  connected(connection: ConnectionFact): void {
    this.#audience.enter(connection);
  }

  disconnected(connection: ConnectionFact): void {
    this.#audience.leave(connection);
  }

  entered(): void {}
  exited(): void {}

  joined(): void {
    this.#totals.joins++;
  }

  left(): void {
    this.#totals.leaves++;
  }

  accepted(publication: Publication): void {
    if (publication.draft.type !== 'chat') return;
    this.#totals.accepted++;
    this.#acceptedBySecond.add(this.#acceptedBySecond.intervalOf(this.#time.now()), 1);
  }

  stored(messages: readonly StoredMessage[]): void {
    const wall = this.#clock.now();
    const now = this.#time.now();
    for (const { type, userId, timestamp } of messages) {
      if (type !== 'chat') continue;
      this.#totalMessages++;
      this.#minutes.add(timestamp, 1, wall);
      this.#chatters.add(userId, this.#time.at(timestamp, now), now);
    }
  }

  delivered(_roomId: string, latencyMs: number, count: number): void {
    this.#totals.deliveries += count;
    this.#deliveries.add(latencyMs, count, this.#time.now());
  }

  dropped(reason: DropReason): void {
    this.#totals.drop(reason);
  }

  closed(reason: CloseName): void {
    this.#totals.close(reason);
  }

  resumed(recovered: boolean, replayed: number): void {
    if (recovered) this.#totals.resumesRecovered++;
    else this.#totals.resumesLost++;
    this.#totals.replayed += replayed;
  }

  wrote(durationMs: number, size: number, isOk: boolean): void {
    this.#totals.writes++;
    if (isOk) this.#totals.writtenMessages += size;
    else this.#totals.failedWrites++;
    this.#writes.add(durationMs, 1, this.#time.now());
  }

  snapshot(): LiveSnapshot {
    const wall = this.#clock.now();
    const now = this.#time.now();
    const chatters = this.#chatters.count(now);
    const deliveryLatency = this.#deliveries.summary(now);
    return {
      at: new Date(wall).toISOString(),
      totalMessages: this.#totalMessages,
      deletedMessages: this.#deletedMessages,
      activeConnections: this.#audience.connections,
      activeUsers: this.#audience.users,
      chatters: chatters.users,
      peakConnections: this.#audience.peak,
      messagesPerMinute: this.#minutes.last(wall),
      latencyP50Ms: deliveryLatency.p50,
      latencyP95Ms: deliveryLatency.p95,
      latencyP99Ms: deliveryLatency.p99,
      activeUserDetails: this.#audience.oldestConnections(MAX_USER_DETAILS).map(activeUser),
      uptimeSeconds: Math.floor((this.#clock.monotonic() - this.#startedMonotonic) / SECOND_MS),
      serverStartTime: new Date(this.#startedAt).toISOString(),
      messagesPerSecond: { last1s: this.#rate(1, now), last10s: this.#rate(10, now), last60s: this.#rate(60, now) },
      deliveryLatency,
      storageLatency: this.#writes.summary(now),
      sinceStart: sinceStart(this.#totals),
      ...(chatters.isApproximate ? { approx: { chatters: STANDARD_ERROR } } : {}),
    };
  }

  /** Over whole seconds: the one in progress would always look too quiet. */
  #rate(seconds: number, now: number): number {
    return shown(this.#acceptedBySecond.sum(this.#acceptedBySecond.intervalOf(now) - 1, seconds) / seconds);
  }
}

function activeUser(connection: ConnectionFact): ActiveUser {
  const { connectionId, userId, username, connectedAt } = connection;
  return { clientId: connectionId, userId, username, joinedAt: new Date(connectedAt).toISOString() };
}

function sinceStart(totals: Totals): SinceStart {
  return {
    accepted: totals.accepted,
    deliveries: totals.deliveries,
    joins: totals.joins,
    leaves: totals.leaves,
    dropped: Object.fromEntries(totals.dropped),
    closed: Object.fromEntries(totals.closed),
    resumes: { recovered: totals.resumesRecovered, lost: totals.resumesLost, replayedMessages: totals.replayed },
    storage: { writes: totals.writes, failed: totals.failedWrites, messages: totals.writtenMessages },
  };
}
