import type { Outcome } from './session.ts';
import { median, medianInterval95, spread } from './stats.ts';
import type { Workload } from './workloads.ts';

type Column = {
  readonly title: string;
  readonly of: (outcome: Outcome) => number | undefined;
  readonly digits: number;
  readonly isSpread?: true;
};

const ms = (us: number | undefined): number | undefined => (us === undefined ? undefined : us / 1000);

const DELIVERIES: Column = { title: 'deliveries/s', of: (o) => o.load?.deliveriesPerSecond, digits: 0, isSpread: true };
const MESSAGES: Column = { title: 'messages/s', of: (o) => o.load?.messagesPerSecond, digits: 0 };
const P50: Column = { title: 'p50 ms', of: (o) => ms(o.load?.latencyUs?.p50), digits: 2 };
const P99: Column = { title: 'p99 ms', of: (o) => ms(o.load?.latencyUs?.p99), digits: 2 };
const CPU: Column = { title: 'CPU-s/1M', of: (o) => o.load?.cpuSecondsPerMillion, digits: 3 };
const RSS: Column = { title: 'RSS MB', of: (o) => (o.load?.serverRssBytes ?? Number.NaN) / 1e6, digits: 0 };
const BACKLOG: Column = { title: 'backlog s', of: (o) => o.backlogSeconds, digits: 2 };
/** Near 1: the side that limits. A server well below 1 in a throughput run had its core taken by something else. */
const SERVER_SHARE: Column = { title: 'server CPU', of: serverShare, digits: 2 };
const LOAD_SHARE: Column = { title: 'load CPU', of: (o) => o.load?.loadCpuShare, digits: 2 };

function serverShare({ load }: Outcome): number | undefined {
  if (load?.serverCpuSeconds === undefined || load.windowSeconds === undefined) return undefined;
  return load.serverCpuSeconds / load.windowSeconds;
}

const BUSY_SHARE = 0.8;

/** The first column is the one that ratios are of. */
const COLUMNS: Readonly<Record<Workload['kind'], readonly [Column, ...Column[]]>> = {
  throughput: [DELIVERIES, MESSAGES, P50, P99, CPU, RSS, BACKLOG, SERVER_SHARE, LOAD_SHARE],
  latency: [
    { ...P99, isSpread: true },
    P50,
    { title: 'max ms', of: (o) => ms(o.load?.latencyUs?.max), digits: 2 },
    DELIVERIES,
    CPU,
    RSS,
    SERVER_SHARE,
    LOAD_SHARE,
  ],
  acks: [
    { title: 'acks/s', of: (o) => o.load?.acksPerSecond, digits: 0, isSpread: true },
    { title: 'ack p50 ms', of: (o) => ms(o.load?.ackLatencyUs?.p50), digits: 2 },
    { title: 'ack p99 ms', of: (o) => ms(o.load?.ackLatencyUs?.p99), digits: 2 },
    { title: 'ack max ms', of: (o) => ms(o.load?.ackLatencyUs?.max), digits: 2 },
    { title: DELIVERIES.title, of: DELIVERIES.of, digits: 0 },
    RSS,
    BACKLOG,
    SERVER_SHARE,
    LOAD_SHARE,
  ],
  idle: [
    { title: 'bytes/connection', of: (o) => o.load?.bytesPerConnection, digits: 0, isSpread: true },
    { title: 'after a while', of: (o) => o.load?.bytesPerConnectionLater, digits: 0 },
    { title: 'accepts/s', of: (o) => o.load?.connectPerSecond, digits: 0 },
  ],
  storm: [
    { title: 's to 99 %', of: (o) => o.load?.secondsTo99, digits: 2, isSpread: true },
    { title: 's to all', of: (o) => o.load?.secondsToAll, digits: 2 },
    { title: 'CPU s', of: (o) => o.load?.serverCpuSeconds, digits: 2 },
    RSS,
  ],
};

function numbers(outcomes: readonly Outcome[], column: Column): number[] {
  return outcomes.flatMap((outcome) => {
    const value = column.of(outcome);
    return value === undefined || Number.isNaN(value) ? [] : [value];
  });
}

const format = (value: number, digits: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function cell(outcomes: readonly Outcome[], column: Column): string {
  const values = numbers(outcomes, column);
  if (values.length === 0) return '–';
  const { median: middle, min, max } = spread(values);
  const text = format(middle, column.digits);
  return column.isSpread === true && values.length > 1 ? `${text} [${format(min, column.digits)}–${format(max, column.digits)}]` : text;
}

/** The median over rounds of this peer's figure by the baseline's in the same round, with its 95 % interval from six rounds on. */
function ratio(own: readonly Outcome[], base: readonly Outcome[], column: Column): string {
  const pairs = own.flatMap((outcome) => {
    const partner = base.find(({ round }) => round === outcome.round);
    const value = column.of(outcome);
    const reference = partner === undefined ? undefined : column.of(partner);
    return value === undefined || reference === undefined || reference === 0 ? [] : [value / reference];
  });
  if (pairs.length === 0) return '–';
  const interval = medianInterval95(pairs);
  const text = format(median(pairs), 2);
  return interval === undefined ? text : `${text} (${format(interval.low, 2)}–${format(interval.high, 2)})`;
}

/** One workload as aligned text: a row per peer, medians over the rounds that count. */
export function renderTable(workload: Workload, outcomes: readonly Outcome[], baseline: string): string {
  const columns = COLUMNS[workload.kind];
  const counted = outcomes.filter(({ problems }) => problems.length === 0);
  const names = [...new Set(outcomes.map(({ peer }) => peer))];
  const base = counted.filter(({ peer }) => peer === baseline);
  const hasCpu = columns.includes(CPU);
  const header = [
    '',
    columns[0].title,
    `÷ ${baseline}`,
    ...(hasCpu ? ['CPU ratio'] : []),
    ...columns.slice(1).map(({ title }) => title),
    'runs',
  ];
  const rows = names.map((name) => {
    const all = outcomes.filter(({ peer }) => peer === name);
    const own = counted.filter(({ peer }) => peer === name);
    const ratios = [ratio(own, base, columns[0]), ...(hasCpu ? [ratio(own, base, CPU)] : [])];
    return [name, cell(own, columns[0]), ...ratios, ...columns.slice(1).map((column) => cell(own, column)), `${own.length}/${all.length}`];
  });
  return [`${workload.name}: ${workload.meaning}`, align([header, ...rows]), ...notes(workload, counted)].join('\n');
}

/** In a closed loop one side or the other is always busy; when neither was, something else had the processors. */
function notes(workload: Workload, counted: readonly Outcome[]): string[] {
  const isIdle = (outcome: Outcome): boolean => (serverShare(outcome) ?? 1) < BUSY_SHARE && (outcome.load?.loadCpuShare ?? 1) < BUSY_SHARE;
  const idle = workload.kind === 'throughput' ? counted.filter(isIdle).length : 0;
  return idle === 0
    ? []
    : [`in ${idle} of ${counted.length} runs neither side was busy: the machine was not ours alone, trust CPU-s/1M and ratios at most`];
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) => row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join('  '))
    .join('\n');
}
