import type { CatalogueEntry } from './entry.ts';
import type { DerivedMeasure } from './ids.ts';
import { AS_MEASURED, field, ofMessages } from './terms.ts';

const trailing = (days: number): CatalogueEntry =>
  ofMessages({
    unit: 'users',
    sentence: `Distinct users who wrote at least one chat message on the day or the ${days - 1} days before it, by the calendar of the time zone.`,
    formula: `count(distinct user of messages of ${days} local days)`,
    window: `The local day and the ${days - 1} before it.`,
    finestStep: '1d',
    answeredBy: 'active',
  });

/** The measures with a path of their own. */
export const DERIVED: Readonly<Record<DerivedMeasure, CatalogueEntry>> = {
  rate: ofMessages({
    unit: 'messages/s',
    sentence: 'Chat messages accepted a second, over the last whole 1, 10 and 60 seconds.',
    formula: 'count(messages) / seconds',
    window: 'The last 1, 10 and 60 whole seconds.',
    freshness: 'Live within 1 s; never corrected.',
    finestStep: undefined,
    value: {
      kind: 'object',
      fields: {
        last1s: field('messages/s', 'Over the last second.'),
        last10s: field('messages/s', 'Over the last 10 seconds.'),
        last60s: field('messages/s', 'Over the last minute.'),
      },
    },
    answeredBy: 'live',
    isPerRoom: false,
  }),
  dau: {
    ...trailing(1),
    sentence: 'Distinct users who wrote at least one chat message on the day, by the calendar of the time zone.',
    formula: 'count(distinct user of messages of the local day)',
    window: 'The local day.',
  },
  wau: trailing(7),
  mau: trailing(28),
  stickiness: {
    ...trailing(28),
    unit: 'ratio',
    sentence: "Which share of the month's users wrote on the day; 0 when nobody wrote.",
    formula: 'dau / mau',
    value: { kind: 'ratio' },
  },
  heatmap: ofMessages({
    unit: 'messages',
    sentence: 'Chat messages by weekday and hour, as clocks in the time zone show them.',
    formula: 'count(messages) by (ISO weekday, hour)',
    window: 'The range, in whole quarters of an hour.',
    finestStep: undefined,
    value: { kind: 'document', shape: 'cells: 7 × 24 numbers, Monday first' },
    answeredBy: 'heatmap',
  }),
  retention: ofMessages({
    unit: 'ratio',
    sentence: 'Of the users whose first ever chat message lies in an ISO week, the share who wrote in the k-th week after it.',
    formula: 'count(users of the cohort with a message in week k) / size',
    window: 'The whole history up to the end of the range.',
    finestStep: '1w',
    value: { kind: 'document', shape: 'cohorts: week, size, and retained[k] for k = 0, 1, …' },
    answeredBy: 'retention',
  }),
  moments: ofMessages({
    unit: 'moments',
    sentence: 'Stretches of 10-second intervals in which far more was written than in the 15 minutes before.',
    formula: 'messages in 10 s > median + max(12, 6 × max(1.4826 MAD, √median, 1)) of the 90 intervals before',
    window:
      "The 15 minutes before; at least 10 of them after the room's first message of the last 24 h. Terms: of the first 40 messages of each 10 s, over 15 minutes at most.",
    freshness: 'Within 10 s of the end of the interval in which it begins; late events within a minute.',
    finestStep: undefined,
    value: { kind: 'document', shape: 'moments: start, end, messages, peakPerSecond, terms that rose most, firstMessageId' },
    answeredBy: 'moments',
  }),
  compare: ofMessages({
    unit: 'as the measure',
    sentence: 'Every measure over a range beside the same over the preceding range of the same length.',
    formula: 'measure[from, to) beside measure[from − (to − from), from)',
    window: 'The range and the preceding one of the same length.',
    exactness: AS_MEASURED,
    finestStep: undefined,
    value: { kind: 'document', shape: 'two values of each measure' },
    answeredBy: 'summary',
  }),
};
