import { type TSchema, Type } from 'typebox';
import { QUERY_LIMITS, RANKINGS, SERIES_MEASURES } from '../../analytics/analytics.ts';

/** Parameters are checked where the question is answered, which names the wrong one and what is allowed: so any value passes here. */
const text = (description: string, examples: readonly string[] = []) =>
  Type.Optional(Type.Unsafe<string | readonly string[]>({ description, ...(examples.length > 0 ? { examples } : {}) }));

const room = text('A room; left out: all rooms together.', ['#ubuntu']);
const tz = text('The IANA time zone whose calendar makes hours, days, weeks and months; UTC when it is left out.', [
  'Asia/Kolkata',
  'America/New_York',
]);
const format = text('`json` or `csv`; left out: as the `Accept` header says, JSON if it says nothing.', ['csv']);
const TIMES = 'an ISO 8601 date, meant as its beginning in `tz`, or a time with offset, from 1970 to 2099';

/** `left`: what a range is that is left out; `edges`: what its ends are moved to. */
const ranged = (left: string, edges: string): Record<string, TSchema> => ({
  room,
  from: text(`Where the range begins: ${TIMES}. Moved down to ${edges}. Left out: ${left}.`, ['2026-03-01', '2026-03-01T12:00:00Z']),
  to: text(`Where it ends, exclusive; moved up to ${edges}. Left out: now.`),
  tz,
  format,
});

const count = (number: number): string => number.toLocaleString('en-US');

export const SeriesQuery = Type.Object({
  measures: text(`Ids with commas between them: ${SERIES_MEASURES.join(', ')}. Left out: messages, activeUsers.`, ['messages,activeUsers']),
  step: text(
    `The length of a bucket: 1s (of the last 15 minutes), 1m, 5m (of the last 30 days), 15m, 1h, 1d, 1w or 1M; at most ${count(QUERY_LIMITS.buckets)} buckets, ${QUERY_LIMITS.rankedBuckets} with a ranked measure. Left out: one that gives at most ${QUERY_LIMITS.defaultBuckets}.`,
    ['1d'],
  ),
  ...ranged('24 hours before `to`', 'the edge of a bucket'),
});
export const SummaryQuery = Type.Object(ranged('24 hours before `to`', 'a whole quarter of an hour'));
export const TopQuery = Type.Object({
  what: text(`One of ${RANKINGS.join(', ')}; left out: users.`, ['terms']),
  limit: Type.Optional(
    Type.Unsafe<number | string | readonly string[]>({
      description: `1 to ${QUERY_LIMITS.items}; left out: ${QUERY_LIMITS.defaultItems}.`,
      examples: [20],
    }),
  ),
  ...ranged('24 hours before `to`', 'a whole quarter of an hour'),
});
export const HeatmapQuery = Type.Object(ranged('28 days before `to`', 'a whole quarter of an hour'));
export const MomentsQuery = Type.Object(ranged('7 days before `to`', 'a whole second'));
export const ActiveQuery = Type.Object(
  ranged(`27 days before \`to\`; at most ${QUERY_LIMITS.activeDays} days`, 'the beginning of a local day'),
);
export const RetentionQuery = Type.Object(
  ranged(`11 weeks before \`to\`; at most ${count(QUERY_LIMITS.retentionWeeks)} weeks`, 'the beginning of a local Monday'),
);
export const CatalogueQuery = Type.Object({ format });
export const RecountQuery = Type.Object({
  room,
  from: text(`Where the range begins: ${TIMES}, UTC; moved down to a whole quarter of an hour. Left out: 24 hours before \`to\`.`),
  to: text('Where it ends, exclusive; moved up to a whole quarter of an hour. Left out: now.'),
  repair: text("`true`: put what was counted in the place of what is kept; an administrator's right."),
});
