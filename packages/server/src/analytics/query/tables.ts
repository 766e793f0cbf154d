import { isSeriesMeasure, SERIES_MEASURES } from '../catalogue/ids.ts';
import { MOST_TERMS } from '../derive/moment-story.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { csvTable } from './csv.ts';
import { measureColumns } from './measure-columns.ts';
import type { QuestionPath } from './question.ts';

type Row = Readonly<Record<string, unknown>>;

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Which rows an answer has as a table, and its columns: they follow from what was asked, not from what there is to tell. */
const TABLES: Readonly<Record<QuestionPath, { columns(body: Row): readonly string[]; rows(body: Row): readonly Row[] }>> = {
  series: { columns: ({ buckets }) => ['t', ...measureColumns(measuresIn(rowsOf(buckets)))], rows: ({ buckets }) => rowsOf(buckets) },
  summary: {
    columns: () => ['from', 'to', ...measureColumns(SERIES_MEASURES)],
    rows: (body) => [partRow(body), partRow(body.preceding as Row)],
  },
  top: { columns: () => ['key', 'count'], rows: ({ items }) => rowsOf(items) },
  heatmap: {
    columns: () => ['weekday'],
    rows: ({ cells }) =>
      (cells as readonly (readonly number[])[]).map((row, day) => ({
        weekday: WEEKDAYS[day],
        ...Object.fromEntries(row.map((count, hour) => [`${String(hour).padStart(2, '0')}:00`, count])),
      })),
  },
  retention: { columns: (body) => ['week', 'size', ...retainedIn(body)], rows: ({ cohorts }) => rowsOf(cohorts) },
  moments: {
    columns: () => ['room', 'start', 'end', 'messages', 'peakPerSecond', 'firstMessageId', ...numbered('terms', MOST_TERMS), 'partial'],
    rows: ({ moments }) => rowsOf(moments),
  },
  active: { columns: () => ['day', 'dau', 'wau', 'mau', 'stickiness', 'partial'], rows: ({ days }) => rowsOf(days) },
  catalogue: { columns: () => ['id'], rows: ({ measures }) => rowsOf(measures) },
};

/** An answer as CSV. */
export function tableOf(path: QuestionPath, body: object): string {
  const { columns, rows } = TABLES[path];
  return csvTable(rows(body as Row), columns(body as Row));
}

const rowsOf = (list: unknown): readonly Row[] => list as readonly Row[];

const numbered = (name: string, count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${name}.${i + 1}`);

/** Every bucket has all that was asked. */
const measuresIn = ([first = {}]: readonly Row[]) => Object.keys(first).filter(isSeriesMeasure);

/** A column for each week of the range; a change of clocks makes one an hour longer or shorter. */
function retainedIn({ from, to }: Row): readonly string[] {
  return numbered('retained', Math.round((Date.parse(String(to)) - Date.parse(String(from))) / (7 * DAY_MS)));
}

function partRow({ from, to, measures, adjusted, approx, partial }: Row): Row {
  return { from, to, ...(measures as Row), adjusted, approx, partial };
}
