import { CLOSE_CODES, type CloseName } from '@hubbub/protocol';
import type { ConnectionFact, DropReason, EventSink } from '../events.ts';
import { WeightedHistogram } from './histogram.ts';

const LATENCY_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_SIZES = [1, 2, 5, 10, 25, 50, 100, 250, 500];
/** 1005 and 1006 are what a server sees when no close frame came. */
const KNOWN_CLOSE_CODES: ReadonlySet<number> = new Set([1005, 1006, ...Object.values(CLOSE_CODES).map(({ code }) => code)]);

/**
 * Everything that happened, as plain numbers: an event costs a few additions, and metrics.ts makes text of them when somebody
 * asks. By reason and code, never by user or room: those are not bounded.
 */
export class EventCounts implements EventSink {
  readonly totals = { opened: 0, joins: 0, leaves: 0, accepted: 0, stored: 0, replayed: 0, writeFailures: 0 };
  readonly closedByCode = new Map<string, number>();
  readonly closedByReason = new Map<CloseName, number>();
  readonly droppedByReason = new Map<DropReason, number>();
  readonly resumes = { recovered: 0, unrecovered: 0 };
  readonly deliveryLatency = new WeightedHistogram({
    name: 'hubbub_delivery_latency_seconds',
    help: 'From the arrival of a message to the moment its bytes were handed to the kernel, one observation per delivery.',
    bounds: LATENCY_SECONDS,
  });
  readonly writeSeconds = new WeightedHistogram({
    name: 'hubbub_store_write_seconds',
    help: 'Duration of one write (a batch of messages) to the store.',
    bounds: LATENCY_SECONDS,
  });
  readonly writeMessages = new WeightedHistogram({
    name: 'hubbub_store_write_messages',
    help: 'Messages in one write to the store.',
    bounds: BATCH_SIZES,
  });

  connected(_connection: ConnectionFact): void {
    this.totals.opened++;
  }
  disconnected(_connection: ConnectionFact, closeCode: number): void {
    // A client may close with any of 4,000 codes; as labels they would be its way into our memory.
    increment(this.closedByCode, KNOWN_CLOSE_CODES.has(closeCode) ? String(closeCode) : 'other');
  }
  entered(): void {}
  exited(): void {}
  joined(): void {
    this.totals.joins++;
  }
  left(): void {
    this.totals.leaves++;
  }
  accepted(): void {
    this.totals.accepted++;
  }
  stored(messages: Parameters<EventSink['stored']>[0]): void {
    this.totals.stored += messages.length;
  }
  delivered(_roomId: string, latencyMs: number, count: number): void {
    this.deliveryLatency.add(latencyMs / 1000, count);
  }
  dropped(reason: DropReason): void {
    increment(this.droppedByReason, reason);
  }
  closed(reason: CloseName): void {
    increment(this.closedByReason, reason);
  }
  resumed(recovered: boolean, replayed: number): void {
    this.resumes[recovered ? 'recovered' : 'unrecovered']++;
    this.totals.replayed += replayed;
  }
  wrote(durationMs: number, size: number, isOk: boolean): void {
    this.writeSeconds.add(durationMs / 1000, 1);
    this.writeMessages.add(size, 1);
    if (!isOk) this.totals.writeFailures++;
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
