import { type TSchema, Type } from 'typebox';
import { CATALOGUE, type QuestionPath, SERIES_MEASURES } from '../../analytics/analytics.ts';

type Entry = (typeof CATALOGUE)[keyof typeof CATALOGUE];

const instant = (description: string) => Type.String({ description, examples: ['2026-03-01T00:00:00.000Z'] });
const list = (item: TSchema, description = '') => Type.Array(item, description === '' ? {} : { description });
const ranking = list(Type.Object({ key: Type.String(), count: Type.Integer() }), 'Most first, ties by key.');

/** Of a measure, as the catalogue tells it. */
function shapeOf({ sentence, unit, value }: Entry): TSchema {
  const description = `${sentence} Unit: ${unit}.`;
  switch (value.kind) {
    case 'count':
      return Type.Integer({ description });
    case 'ratio':
      return Type.Union([Type.Number(), Type.Null()], { description });
    case 'object':
      return Type.Object(
        Object.fromEntries(
          Object.entries(value.fields).map(([name, field]) => [
            name,
            Type.Number({ description: `${field.sentence} Unit: ${field.unit}.` }),
          ]),
        ),
        { description },
      );
    case 'counts':
      return Type.Union([Type.Record(Type.String(), Type.Integer()), Type.Null()], { description });
    case 'ranked':
      return { ...ranking, description };
    case 'document':
      return Type.Object({}, { description, additionalProperties: true });
  }
}

const measures = Object.fromEntries(SERIES_MEASURES.map((id) => [id, Type.Optional(shapeOf(CATALOGUE[id]))]));
const range = { from: instant('The edge that was used.'), to: instant('The edge that was used, exclusive.') };
const tz = Type.String({ description: 'As IANA spells it.' });
const isPartial = {
  partial: Type.Optional(Type.Literal(true, { description: 'In progress: not all of it has happened, or is counted.' })),
};
const remarks = {
  completeUntil: instant(
    'Live input is included up to here: usually 2 to 3 s ago, further back while counting is behind; at most the end of the range.',
  ),
  adjusting: Type.Optional(Type.Literal(true, { description: 'What depends on neighbouring messages is being repaired.' })),
  ...isPartial,
};
const ofBucket = {
  adjusted: Type.Optional(Type.Integer({ description: 'Less than 0: so many messages were deleted.' })),
  approx: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description: 'Relative error of what is an estimate; of ranked measures as a share of all that was counted.',
    }),
  ),
};
const part = { ...range, measures: Type.Object(measures), ...ofBucket };
const cells = list(list(Type.Integer()), '7 weekdays from Monday, 24 hours each.');

export const ANSWERS: Readonly<Record<QuestionPath, TSchema>> = {
  series: Type.Object({
    ...{ ...range, step: Type.String(), tz, ...remarks },
    buckets: list(Type.Object({ t: instant('Where the bucket begins.'), ...measures, ...ofBucket, ...isPartial })),
  }),
  summary: Type.Object({ ...part, tz, ...remarks, preceding: Type.Object({ ...part, ...isPartial }) }),
  top: Type.Object({ ...range, tz, what: Type.String(), items: ranking, approx: ofBucket.approx, ...remarks }),
  heatmap: Type.Object({ ...range, tz, cells, ...remarks }),
  retention: Type.Object({
    ...{ ...range, tz },
    cohorts: list(
      Type.Object({
        week: Type.String({ examples: ['2005-W01'] }),
        size: Type.Integer(),
        retained: list(Type.Number(), 'By week, 1 in the first.'),
      }),
    ),
    ...remarks,
  }),
  moments: Type.Object({
    ...{ ...range, tz },
    moments: list(
      Type.Object({
        ...{ room: Type.String(), start: instant('The first 10 seconds.'), end: instant('Exclusive.'), messages: Type.Integer() },
        peakPerSecond: Type.Number({ description: 'Over the busiest 10 seconds.' }),
        terms: list(Type.String(), 'Those that rose most first.'),
        firstMessageId: Type.String(),
        ...isPartial,
      }),
    ),
    truncated: Type.Optional(Type.Literal(true, { description: 'There are more: ask for a shorter range.' })),
    ...remarks,
  }),
  active: Type.Object({
    ...{ ...range, tz },
    days: list(
      Type.Object({
        ...{ day: Type.String({ examples: ['2005-01-03'] }), dau: Type.Integer(), wau: Type.Integer(), mau: Type.Integer() },
        stickiness: Type.Number({ description: 'dau / mau' }),
        ...isPartial,
      }),
    ),
    ...remarks,
  }),
  catalogue: Type.Object({
    measures: list(Type.Object({ id: Type.String(), unit: Type.String(), sentence: Type.String() }, { additionalProperties: true })),
  }),
};

const differences = list(
  Type.Object({
    step: Type.Optional(Type.String({ description: '`15m` or `1m`: what is kept of these, summed up; left out: what questions read.' })),
    ...{ measure: Type.String(), kept: Type.Unknown(), recounted: Type.Unknown() },
  }),
);

export const RecountReport = Type.Object({
  room: Type.Optional(Type.String()),
  ...range,
  isEqual: Type.Boolean({ description: 'Both numbers agree, over the range and on every day of it.' }),
  approximate: Type.Optional(
    Type.Literal(true, { description: 'Lists of terms or emoji are approximate; within `bounds` a difference is none.' }),
  ),
  bounds: Type.Optional(Type.Record(Type.String(), Type.Integer(), { description: 'By how much a count may lie below the true one.' })),
  unreadable: Type.Optional(list(Type.String(), 'What is kept and cannot be read.')),
  changing: Type.Optional(Type.Literal(true, { description: 'Messages came in meanwhile; differences may be theirs.' })),
  kept: Type.Object(measures),
  recounted: Type.Object(measures),
  differences,
  days: list(Type.Object({ t: instant('The UTC day.'), differences }), 'The days that differ, at most 100.'),
  truncated: Type.Optional(Type.Literal(true)),
});

const number = (description: string) => Type.Optional(Type.Integer({ description }));

export const RepairReport = Type.Object({
  state: Type.String({ description: '`none`, `running` or `done`.' }),
  room: Type.Optional(Type.String()),
  from: Type.Optional(instant('A whole UTC day.')),
  to: Type.Optional(instant('A whole UTC day, exclusive.')),
  startedAt: Type.Optional(instant('')),
  endedAt: Type.Optional(instant('')),
  share: Type.Optional(Type.Number({ description: 'Done, 0 to 1.' })),
  buckets: number('Buckets that were looked at, of every length and scope.'),
  damagedBuckets: number('Those in which something was wrong, moments included.'),
  damageCount: number('What was wrong, each measure of a bucket by itself.'),
  damages: Type.Optional(
    list(
      Type.Object({
        room: Type.Optional(Type.String({ description: 'Left out: all rooms together.' })),
        step: Type.Optional(Type.String({ description: '`1m`, `15m` or `1d`; left out: of a user or a moment.' })),
        ...{ t: instant('Where the bucket begins.'), measure: Type.String() },
        key: Type.Optional(Type.String({ description: 'The first user, room or word that differs.' })),
        ...{ kept: Type.Unknown({ description: 'Null: nothing.' }), recounted: Type.Unknown({ description: 'Null: nothing.' }) },
      }),
      'The first 100.',
    ),
  ),
  truncated: Type.Optional(Type.Literal(true)),
});
