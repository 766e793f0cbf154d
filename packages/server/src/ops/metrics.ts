import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventSink } from '../events.ts';
import { EventCounts } from './event-counts.ts';
import { type ProcessReadings, processReadings } from './process-readings.ts';

/** How far analytics is behind. */
export interface Counting {
  /** Stored messages that are not counted yet, and the milliseconds that the oldest of them has waited for, at most. */
  readonly uncounted: { readonly messages: number; readonly oldestMs: number };
  /** Attempts that failed, for no reason of the world's. */
  readonly faults: number;
  /** The last one failed. */
  readonly isFailing: boolean;
}

/** Present values that only their owners know; read when somebody scrapes. */
export interface GaugeSources {
  connections(): number;
  rooms(): number;
  /** Messages ordered but not stored yet. */
  writeBacklog(): number;
  ringBytes(): number;
  /** Facts that analytics had to give up. */
  lostFacts(): number;
  counting(): Counting;
  /** Readers of the analytics stream. */
  streams(): number;
  isReady(): boolean;
}

export interface Metrics {
  /** Counts what happens. */
  readonly sink: EventSink;
  readonly contentType: string;
  /** Says where the gauges come from; before that they are left out. */
  read(sources: GaugeSources): void;
  /** `route`: the pattern of the route table, never the path itself. */
  httpRequest(method: string, route: string, status: number, durationMs: number): void;
  /** All of it in Prometheus' text format. */
  text(): Promise<string>;
}

const HTTP_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

export function createMetrics(version: string, readings: ProcessReadings = processReadings()): Metrics {
  const registry = new Registry();
  const counts = new EventCounts();
  registerEvents(registry, counts);
  registerProcess(registry, readings, version);
  const http = registerHttp(registry);
  return {
    sink: counts,
    contentType: registry.contentType,
    read: (sources) => registerGauges(registry, sources),
    httpRequest: (method, route, status, durationMs) =>
      http.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, durationMs / 1000),
    text: () => registry.metrics(),
  };
}

function registerEvents(registry: Registry, counts: EventCounts): void {
  const { totals, resumes } = counts;
  const total = (name: string, help: string, value: () => number) => counter(registry, name, help, () => [[{}, value()]]);
  total('hubbub_connections_opened_total', 'WebSocket connections opened.', () => totals.opened);
  labelled(
    registry,
    'hubbub_connections_closed_total',
    "WebSocket connections ended, by close code: the server's where it closed, else the client's.",
    'code',
    counts.closedByCode,
  );
  labelled(registry, 'hubbub_closes_total', 'Connections that this node closed, by reason.', 'reason', counts.closedByReason);
  total('hubbub_joins_total', 'Users who entered a room.', () => totals.joins);
  total('hubbub_leaves_total', 'Users who left a room.', () => totals.leaves);
  total('hubbub_messages_accepted_total', 'Messages ordered on this node: chat and system.', () => totals.accepted);
  total('hubbub_messages_stored_total', 'Messages that the store inserted, imported ones included.', () => totals.stored);
  labelled(registry, 'hubbub_dropped_total', 'Frames and deliveries dropped, by reason.', 'reason', counts.droppedByReason);
  counter(registry, 'hubbub_resumes_total', 'Resumes answered, by whether everything missed was replayed.', () => [
    [{ recovered: 'true' }, resumes.recovered],
    [{ recovered: 'false' }, resumes.unrecovered],
  ]);
  total('hubbub_replayed_messages_total', 'Messages replayed to resuming connections.', () => totals.replayed);
  total('hubbub_store_write_failures_total', 'Writes to the store that failed and are tried again.', () => totals.writeFailures);
  for (const histogram of [counts.deliveryLatency, counts.writeSeconds, counts.writeMessages]) registry.registerMetric(histogram);
}

function registerGauges(registry: Registry, sources: GaugeSources): void {
  gauge(registry, 'hubbub_connections', 'Open WebSocket connections.', () => sources.connections());
  gauge(registry, 'hubbub_rooms', 'Live rooms.', () => sources.rooms());
  gauge(registry, 'hubbub_write_backlog_messages', 'Messages ordered but not stored yet.', () => sources.writeBacklog());
  gauge(registry, 'hubbub_ring_bytes', 'Memory of recent messages kept for resumes.', () => sources.ringBytes());
  const lost = 'Live facts (presence, connections, latencies) that analytics gave up, as the store could not take them.';
  counter(registry, 'hubbub_analytics_facts_lost_total', lost, () => [[{}, sources.lostFacts()]]);
  const { counting } = sources;
  const [waiting, oldest] = ['Stored messages that analytics has not counted yet.', 'Time that the oldest of them has waited, at most.'];
  gauge(registry, 'hubbub_analytics_uncounted_messages', waiting, () => counting().uncounted.messages);
  gauge(registry, 'hubbub_analytics_uncounted_oldest_seconds', oldest, () => counting().uncounted.oldestMs / 1000);
  const faults = 'Attempts to count what is stored that failed by a fault of ours, and are made again.';
  counter(registry, 'hubbub_analytics_faults_total', faults, () => [[{}, counting().faults]]);
  gauge(registry, 'hubbub_analytics_streams', 'Readers of the analytics stream.', () => sources.streams());
  gauge(registry, 'hubbub_ready', '1 while /ready answers 200.', () => (sources.isReady() ? 1 : 0));
}

function registerProcess(registry: Registry, readings: ProcessReadings, version: string): void {
  gauge(registry, 'hubbub_event_loop_utilization', 'Share of time the event loop was busy since the last scrape.', readings.utilization);
  new Gauge({
    name: 'hubbub_event_loop_lag_seconds',
    help: 'Delay of the event loop since the last scrape, by quantile.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      for (const [quantile, seconds] of readings.lagSeconds()) this.set({ quantile }, seconds);
    },
  });
  gauge(registry, 'hubbub_resident_memory_bytes', 'Resident memory of the process.', readings.residentBytes);
  gauge(registry, 'hubbub_heap_used_bytes', 'Used JavaScript heap.', readings.heapUsedBytes);
  gauge(registry, 'hubbub_uptime_seconds', 'Time since the process started.', readings.uptimeSeconds);
  counter(registry, 'hubbub_cpu_seconds_total', 'CPU time of the process, user and system.', () => [[{}, readings.cpuSeconds()]]);
  new Gauge({ name: 'hubbub_build', help: '1; the version is the label.', labelNames: ['version'], registers: [registry] }).set(
    { version },
    1,
  );
}

function registerHttp(registry: Registry): Histogram {
  return new Histogram({
    name: 'hubbub_http_request_seconds',
    help: 'HTTP requests by method, route and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_SECONDS,
    registers: [registry],
  });
}

type Labels = Readonly<Record<string, string>>;

function counter(registry: Registry, name: string, help: string, values: () => readonly (readonly [Labels, number])[]): void {
  const labelNames = Object.keys(values()[0]?.[0] ?? {});
  new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of values()) this.inc(labels, value);
    },
  });
}

function labelled(registry: Registry, name: string, help: string, label: string, counts: ReadonlyMap<string, number>): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [key, value] of counts) this.inc({ [label]: key }, value);
    },
  });
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
