import { DAY_MS, QUARTER_MS } from '../rollup/levels.ts';
import { spellZone } from './zone-names.ts';

/** What can be asked about, ms since 1970: the years 1970 to 2099. Nothing older can be imported. */
export const EARLIEST = 0;
export const LATEST = Date.UTC(2100, 0, 1);

/** Local days, weeks and months around what can be asked about reach further. */
const MARGIN_MS = 45 * DAY_MS;
/** No zone changed its offset twice within 7 days. */
const PROBE_MS = 5 * DAY_MS;
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/**
 * How far a zone's clocks are ahead of UTC, on the grid of quarters: offsets are multiples of 15 minutes for all dates since 1972
 * (the one exception, Kiritimati's −10:40 until 1979, and older ones are rounded), and a change within a quarter (St. John's once
 * changed at 00:01) takes effect at the next one. Before the first and after the last change the offset stays.
 */
export interface Zone {
  /** When each offset begins, ms since 1970, ascending; the first is −∞. */
  readonly starts: Float64Array;
  /** Milliseconds to add to UTC. */
  readonly offsets: Float64Array;
}

const UTC: Zone = { starts: Float64Array.of(Number.NEGATIVE_INFINITY), offsets: Float64Array.of(0) };
const zones = new Map<string, Zone>([['utc', UTC]]);

/**
 * The zone of an IANA name; undefined if it is none. The first question for a name takes some 15 ms, others none: there are some 600
 * names, 5 KB each at most, so all of them are kept. From Intl, so that there is one time-zone database in the process: Node's.
 */
export function zoneOf(name: string): Zone | undefined {
  const key = name.toLowerCase();
  const cached = zones.get(key);
  if (cached !== undefined) return cached;
  if (spellZone(name) === undefined) return undefined;
  const zone = readZone(name);
  zones.set(key, zone);
  return zone;
}

/** Index of the offset in force at `t`. */
export function offsetIndex({ starts }: Zone, t: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] as number) <= t) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function offsetAt(zone: Zone, t: number): number {
  return zone.offsets[offsetIndex(zone, t)] as number;
}

function readZone(name: string): Zone {
  const offsetOf = offsetReader(name);
  const first = EARLIEST - MARGIN_MS;
  const starts = [Number.NEGATIVE_INFINITY];
  let offset = offsetOf(first);
  const offsets = [offset];
  for (let from = first; from < LATEST + MARGIN_MS; from += PROBE_MS) {
    const next = offsetOf(from + PROBE_MS);
    if (next === offset) continue;
    starts.push(firstQuarter(from, from + PROBE_MS, (t) => offsetOf(t) === next));
    offsets.push(next);
    offset = next;
  }
  return { starts: Float64Array.from(starts), offsets: Float64Array.from(offsets) };
}

/** The first quarter in (from, to] where `holds`, which it does at `to`, not at `from`, and never ceases to between them. */
function firstQuarter(from: number, to: number, holds: (t: number) => boolean): number {
  let low = from / QUARTER_MS;
  let high = to / QUARTER_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle * QUARTER_MS)) high = middle;
    else low = middle;
  }
  return high * QUARTER_MS;
}

/** Reads the zone's offset at the beginning of a UTC minute, rounded to quarters. */
function offsetReader(name: string): (t: number) => number {
  // Few fields: a question takes some 1.2 µs.
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', second: 'numeric' });
  let lastText = '';
  let lastOffset = 0;
  return (t) => {
    const text = format.format(t);
    if (text !== lastText) lastOffset = readOffset(text);
    lastText = text;
    return lastOffset;
  };
}

function readOffset(text: string): number {
  const match = OFFSET.exec(text);
  if (match === null) throw new Error(`no offset in ${text}`);
  const [, sign, hours = 0, minutes = 0, seconds = 0] = match;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return Math.round(((sign === '-' ? -size : size) * 1000) / QUARTER_MS) * QUARTER_MS + 0;
}
