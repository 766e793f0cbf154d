import { csvTable } from './csv.ts';
import type { QuestionPath } from './question.ts';

type Row = Readonly<Record<string, unknown>>;

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** Which rows an answer has as a table, and the columns that are there when it has none. */
const TABLES: Readonly<Record<QuestionPath, { readonly columns: readonly string[]; rows(body: Row): readonly Row[] }>> = {
  series: { columns: ['t'], rows: ({ buckets }) => rowsOf(buckets) },
  summary: { columns: ['from', 'to'], rows: (body) => [partRow(body), partRow(body.preceding as Row)] },
  top: { columns: ['key', 'count'], rows: ({ items }) => rowsOf(items) },
  heatmap: {
    columns: ['weekday'],
    rows: ({ cells }) =>
      (cells as readonly (readonly number[])[]).map((row, day) => ({
        weekday: WEEKDAYS[day],
        ...Object.fromEntries(row.map((count, hour) => [`${String(hour).padStart(2, '0')}:00`, count])),
      })),
  },
  retention: { columns: ['week', 'size'], rows: ({ cohorts }) => rowsOf(cohorts) },
  moments: { columns: ['room', 'start', 'end', 'messages', 'peakPerSecond', 'firstMessageId'], rows: ({ moments }) => rowsOf(moments) },
  active: { columns: ['day', 'dau', 'wau', 'mau', 'stickiness'], rows: ({ days }) => rowsOf(days) },
  catalogue: { columns: ['id'], rows: ({ measures }) => rowsOf(measures) },
};

/** An answer as CSV. */
export function tableOf(path: QuestionPath, body: object): string {
  const { columns, rows } = TABLES[path];
  return csvTable(rows(body as Row), columns);
}

const rowsOf = (list: unknown): readonly Row[] => list as readonly Row[];

function partRow({ from, to, measures, adjusted, approx, partial }: Row): Row {
  return { from, to, ...(measures as Row), adjusted, approx, partial };
}
