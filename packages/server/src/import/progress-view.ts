import type { Writable } from 'node:stream';
import { Presets, SingleBar } from 'cli-progress';
import type { Clock } from '../util/clock.ts';
import type { ImportProgress } from './port.ts';

const REDRAW_MS = 200;
const PLAIN_LINE_MS = 5_000;

/** How far one file is. */
export interface Standing {
  readonly name: string;
  /** Bytes; undefined: nobody knows. */
  readonly size: number | undefined;
  bytesRead(): number;
  progress(): ImportProgress;
}

/** Shows progress until the returned function is called: a bar on a terminal, otherwise a line every few seconds. */
export function showProgress(standing: Standing, out: Writable & { readonly isTTY?: boolean }, clock: Clock): () => void {
  const started = clock.monotonic();
  const elapsed = (): number => (clock.monotonic() - started) / 1000;
  if (out.isTTY !== true) {
    return clock.every(PLAIN_LINE_MS, () => out.write(`${standing.name}: ${describe(standing, elapsed())}\n`));
  }
  return showBar(standing, out, clock, elapsed);
}

function showBar(standing: Standing, out: Writable, clock: Clock, elapsed: () => number): () => void {
  const format = standing.size === undefined ? '{text}' : '{bar} {text}';
  // Its own handling of signals ends the process; ours finishes the batch first.
  const options = { format, stream: out as NodeJS.WriteStream, barsize: 24, hideCursor: true, gracefulExit: false, linewrap: false };
  const bar = new SingleBar(options, Presets.shades_classic);
  const update = (): void => bar.update(standing.bytesRead(), { text: describe(standing, elapsed()) });
  bar.start(Math.max(standing.size ?? 1, 1), 0, { text: '' });
  const cancel = clock.every(REDRAW_MS, update);
  return () => {
    cancel();
    update();
    bar.stop();
  };
}

/** `42 %, 90,000 events, 21,000/s, 6 s left`. Exported for its test. */
export function describe(standing: Standing, seconds: number): string {
  const { read, refused } = standing.progress();
  const parts = [events(read), `${count(perSecond(read, seconds))}/s`];
  if (refused > 0) parts.push(`${count(refused)} refused`);
  const { size } = standing;
  const done = standing.bytesRead();
  if (size === undefined || size === 0) return parts.join(', ');
  const percent = Math.min(100, Math.floor((100 * done) / size));
  const left = done > 0 ? [`${duration((seconds * Math.max(0, size - done)) / done)} left`] : [];
  return [`${percent} %`, ...parts, ...left].join(', ');
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 event`, `2,000 events`. */
export function events(number: number): string {
  return number === 1 ? '1 event' : `${count(number)} events`;
}

export function perSecond(events: number, seconds: number): number {
  return seconds > 0 ? Math.round(events / seconds) : 0;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
