import { ceilToEdge, countBuckets, floorToEdge } from '../calendar/edges.ts';
import { isFiner, isStep, type Step } from '../calendar/steps.ts';
import type { Zone } from '../calendar/zone.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { all, type Fields, type NamedZone, type RawQuery, readCount, readFields, readRoom, readWord, readZone } from './fields.ts';
import type { QueryLimits } from './limits.ts';
import { readMeasures } from './measures.ts';
import { type Parsed, parsed, refuse } from './problem.ts';
import { type Range, readRange } from './range.ts';
import {
  type Format,
  RANKINGS,
  type RangeRequest,
  type RecountRequest,
  type SeriesRequest,
  type SummaryRequest,
  type TopRequest,
} from './requests.ts';
import { readStep } from './step.ts';

/** `now`: ms since 1970. */
export interface RequestContext {
  readonly now: number;
  readonly limits: QueryLimits;
}

export const FORMATS = ['json', 'csv'] as const;
const RANGE_NAMES = ['room', 'from', 'to', 'tz', 'format'] as const;
type RangeName = (typeof RANGE_NAMES)[number];

/** The live snapshot and its stream: no parameter but `format`, and no CSV. */
export function parseSnapshot(query: RawQuery): Parsed<object> {
  const fields = readFields(query, ['format']);
  if (fields.kind === 'problem') return fields;
  if (fields.value.format === 'csv')
    return refuse('format', 'The live snapshot is JSON only, no CSV: the query parameter "format" is "csv".', 'json');
  return all({ format: readWord('format', fields.value.format, ['json'], 'json') });
}

/** `catalogue`: no parameter but `format`. */
export function parsePlain(query: RawQuery): Parsed<{ readonly format: Format }> {
  const fields = readFields(query, ['format']);
  return fields.kind === 'problem' ? fields : all({ format: readFormat(fields.value.format) });
}

/** Left out: `measures` messages and activeUsers, the last 24 hours (as far back as the step goes), a step that gives at most 300 buckets. */
export function parseSeries(query: RawQuery, context: RequestContext): Parsed<SeriesRequest> {
  const fields = readFields(query, ['measures', 'step', ...RANGE_NAMES]);
  if (fields.kind === 'problem') return fields;
  const measures = readMeasures(fields.value.measures);
  if (measures.kind === 'problem') return measures;
  const asked = fields.value.step ?? '';
  const oldest = isStep(asked) ? context.limits.ages[asked] : undefined;
  const ranged = readRanged(fields.value, context, Math.min(DAY_MS, oldest ?? DAY_MS));
  if (ranged.kind === 'problem') return ranged;
  const { zone, range, request } = ranged.value;
  const step = readStep(fields.value.step, { ...context, measures: measures.value, range, zone });
  if (step.kind === 'problem') return step;
  return parsed({ ...request, ...toEdges(step.value, ranged.value), measures: measures.value, step: step.value });
}

/** Left out: the last 24 hours. */
export function parseSummary(query: RawQuery, context: RequestContext): Parsed<SummaryRequest> {
  const request = parseRanged(query, context, { defaultMs: DAY_MS, step: '15m' });
  if (request.kind === 'problem') return request;
  const { from, to } = request.value;
  return parsed({ ...request.value, previous: { from: from - (to - from), to: from } });
}

/** Left out: users, the first 10, the last 24 hours. */
export function parseTop(query: RawQuery, context: RequestContext): Parsed<TopRequest> {
  const fields = readFields(query, ['what', 'limit', ...RANGE_NAMES]);
  if (fields.kind === 'problem') return fields;
  const { limits } = context;
  const own = all({
    what: readWord('what', fields.value.what, RANKINGS, 'users'),
    limit: readCount('limit', fields.value.limit, limits.items, limits.defaultItems),
  });
  if (own.kind === 'problem') return own;
  const ranged = readRanged(fields.value, context, DAY_MS);
  if (ranged.kind === 'problem') return ranged;
  return parsed({ ...ranged.value.request, ...toEdges('15m', ranged.value), ...own.value });
}

/** Whole quarters of an hour. Left out: the last 28 days. */
export function parseHeatmap(query: RawQuery, context: RequestContext): Parsed<RangeRequest> {
  return parseRanged(query, context, { defaultMs: 28 * DAY_MS, step: '15m' });
}

/** Whole seconds. Left out: the last 7 days. */
export function parseMoments(query: RawQuery, context: RequestContext): Parsed<RangeRequest> {
  return parseRanged(query, context, { defaultMs: 7 * DAY_MS, step: '1s' });
}

/** Local days. Left out: 28, today the last. */
export function parseActive(query: RawQuery, context: RequestContext): Parsed<RangeRequest> {
  return parseRanged(query, context, { defaultMs: 27 * DAY_MS, step: '1d', most: context.limits.activeDays, unit: 'days' });
}

/** Local weeks, from Monday. Left out: 12, this one the last. */
export function parseRetention(query: RawQuery, context: RequestContext): Parsed<RangeRequest> {
  return parseRanged(query, context, { defaultMs: 77 * DAY_MS, step: '1w', most: context.limits.retentionWeeks, unit: 'weeks' });
}

/** Left out: the last 24 hours, no repair. Dates are those of UTC. */
export function parseRecount(query: RawQuery, context: RequestContext): Parsed<RecountRequest> {
  const fields = readFields(query, ['room', 'from', 'to', 'repair']);
  if (fields.kind === 'problem') return fields;
  const repair = readWord('repair', fields.value.repair, ['true', 'false'], 'false');
  if (repair.kind === 'problem') return repair;
  const ranged = readRanged(fields.value, context, DAY_MS);
  if (ranged.kind === 'problem') return ranged;
  const { room } = ranged.value.request;
  return parsed({ room, ...toEdges('15m', ranged.value), repair: repair.value === 'true' });
}

interface RangeRules {
  readonly defaultMs: number;
  /** Whose edges `from` and `to` are floored and ceiled to. */
  readonly step: Step;
  /** Buckets of that step, in words `unit`. */
  readonly most?: number;
  readonly unit?: string;
}

function parseRanged(query: RawQuery, context: RequestContext, { defaultMs, step, most, unit }: RangeRules): Parsed<RangeRequest> {
  const fields = readFields(query, RANGE_NAMES);
  if (fields.kind === 'problem') return fields;
  const ranged = readRanged(fields.value, context, defaultMs);
  if (ranged.kind === 'problem') return ranged;
  const { zone, range, request } = ranged.value;
  const count = most === undefined ? 0 : countBuckets(step, range.from, range.to, zone);
  if (most !== undefined && count > most) return refuse('from', `From "from" to "to" are ${count} ${unit}.`, `at most ${most} ${unit}`);
  return parsed({ ...request, ...toEdges(step, ranged.value) });
}

interface Ranged {
  readonly zone: Zone;
  /** As it was asked for. */
  readonly range: Range;
  /** How long it is meant to be where `from` was left out. */
  readonly leftMs: number | undefined;
  readonly request: Pick<RangeRequest, 'room' | 'tz' | 'format'>;
}

function readRanged(fields: Fields<RangeName>, { now }: RequestContext, defaultMs: number): Parsed<Ranged> {
  const rest = all<{ room: string | undefined; zone: NamedZone; format: Format }>({
    room: readRoom(fields.room),
    zone: readZone(fields.tz),
    format: readFormat(fields.format),
  });
  if (rest.kind === 'problem') return rest;
  const { room, zone, format } = rest.value;
  const range = readRange(fields.from, fields.to, { zone: zone.zone, now, defaultMs });
  if (range.kind === 'problem') return range;
  const leftMs = fields.from === undefined ? defaultMs : undefined;
  return parsed({ zone: zone.zone, range: range.value, leftMs, request: { room, tz: zone.tz, format } });
}

function readFormat(text: string | undefined): Parsed<Format> {
  return text === undefined ? parsed(undefined) : readWord('format', text, FORMATS, 'json');
}

/** Where `from` was left out, whole steps of time are as many as meant: 24 hours, not a quarter more. Local days are those touched. */
function toEdges(step: Step, { range, zone, leftMs }: Ranged): Range {
  const to = ceilToEdge(step, range.to, zone);
  const from = leftMs === undefined || isFiner('1h', step) ? range.from : Math.max(range.from, to - leftMs);
  return { from: floorToEdge(step, from, zone), to };
}
