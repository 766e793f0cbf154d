import { LIMITS } from '@hubbub/protocol';
import { type TSchema, Type } from 'typebox';
import { DEFAULT_MEASURES, FORMATS, inWords, QUERY_LIMITS, RANKINGS, SERIES_MEASURES, STEPS } from '../../analytics/analytics.ts';

/**
 * What the questions take, for the document. They are checked where they are answered, which names the wrong one and what is allowed: see
 * `isQueryRead` of a route.
 */
const parameter = (schema: object, description: string): TSchema =>
  Type.Optional(Type.Unsafe<string | readonly string[]>({ ...schema, description }));
const text = (description: string, schema: object = {}): TSchema => parameter({ type: 'string', ...schema }, description);

const room = text('A room that somebody wrote in or is in; left out: all rooms together.', {
  ...{ minLength: 1, maxLength: LIMITS.roomIdLength, pattern: '^[A-Za-z0-9_.:#-]+$' },
  examples: ['#ubuntu'],
});
const tz = text('The IANA time zone whose calendar makes hours, days, weeks and months.', {
  default: 'UTC',
  examples: ['Asia/Kolkata', 'America/New_York'],
});
const format = text('Left out: as the `Accept` header says, JSON if it says nothing.', { enum: FORMATS });
const TIMES = 'an ISO 8601 date, meant as its beginning in `tz`, or a time with offset, from 1970 to 2099';

/** `left`: what a range is that is left out; `edges`: what its ends are moved to. */
const times = (left: string, edges: string): Record<'from' | 'to', TSchema> => ({
  from: text(`Where the range begins: ${TIMES}. Moved down to ${edges}. Left out: ${left}.`, {
    examples: ['2026-03-01', '2026-03-01T12:00:00Z'],
  }),
  to: text('Where it ends, exclusive; moved up in the same way. Left out: now.', { examples: ['2026-03-02'] }),
});
const ranged = (left: string, edges: string): Record<string, TSchema> => ({ room, ...times(left, edges), tz, format });

const count = (number: number): string => number.toLocaleString('en-US');
const goesBack = (ages: Readonly<Record<string, number>>): string =>
  Object.entries(ages)
    .map(([step, age]) => `\`${step}\` goes back ${inWords(age)}`)
    .join(', ');

const { ages, rankedAges, buckets, rankedBuckets, defaultBuckets, items, defaultItems, activeDays, retentionWeeks } = QUERY_LIMITS;
const A_DAY = '24 hours before the edge that `to` is moved to';
const QUARTER = 'a whole quarter of an hour';

// As OpenAPI says that a list is written with commas.
export const SeriesQuery = Type.Object(
  {
    measures: parameter(
      {
        ...{ type: 'array', items: { type: 'string', enum: SERIES_MEASURES }, minItems: 1 },
        default: DEFAULT_MEASURES,
      },
      'Ids with commas between them.',
    ),
    step: text(
      `The length of a bucket: ${goesBack(ages)}; the others as long as messages are kept. Ranked measures begin with \`1h\`, which goes back ${inWords(rankedAges['1h'] ?? 0)} for them. At most ${count(buckets)} buckets, ${rankedBuckets} with a ranked measure. Left out: the finest that gives at most ${defaultBuckets}.`,
      { enum: STEPS },
    ),
    ...ranged(`${A_DAY}; ${inWords(ages['1s'] ?? 0)} with \`step=1s\``, 'the edge of a bucket'),
  },
  { style: 'form', explode: false },
);
export const SummaryQuery = Type.Object(ranged(A_DAY, QUARTER));
export const TopQuery = Type.Object({
  what: text('What is listed.', { enum: RANKINGS, default: 'users' }),
  limit: parameter({ type: 'integer', minimum: 1, maximum: items, default: defaultItems }, 'How many.'),
  ...ranged(A_DAY, QUARTER),
});
export const HeatmapQuery = Type.Object(ranged('28 days before the edge that `to` is moved to', QUARTER));
export const MomentsQuery = Type.Object(ranged('7 days before the edge that `to` is moved to', 'a whole second'));
export const ActiveQuery = Type.Object(
  ranged(`so that there are 28 local days, today the last. At most ${activeDays} days`, 'the beginning of a local day'),
);
export const RetentionQuery = Type.Object(
  ranged(`so that there are 12 local weeks, this one the last. At most ${count(retentionWeeks)} weeks`, 'the beginning of a local Monday'),
);
export const CatalogueQuery = Type.Object({ format });
export const RecountQuery = Type.Object({
  room,
  ...times(A_DAY, QUARTER),
  repair: text("`true`: put what was counted in the place of what is kept; an administrator's right.", {
    enum: ['true', 'false'],
    default: 'false',
  }),
});
