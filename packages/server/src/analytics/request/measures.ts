import { CATALOGUE } from '../catalogue/catalogue.ts';
import { isMeasure, isSeriesMeasure, SERIES_MEASURES, type SeriesMeasure } from '../catalogue/ids.ts';
import { type Parsed, parsed, quote, refuse } from './problem.ts';

export const DEFAULT_MEASURES: readonly SeriesMeasure[] = ['messages', 'activeUsers'];

/** Ids with commas between them; one that stands twice counts once. */
export function readMeasures(text: string | undefined): Parsed<readonly SeriesMeasure[]> {
  if (text === undefined) return parsed(DEFAULT_MEASURES);
  const found = new Set<SeriesMeasure>();
  for (const id of text.split(',')) {
    if (!isSeriesMeasure(id)) return refuse('measures', whyNot(id), SERIES_MEASURES.join(', '));
    found.add(id);
  }
  return parsed([...found]);
}

function whyNot(id: string): string {
  if (!isMeasure(id)) return `There is no measure ${quote(id)}.`;
  const { answeredBy } = CATALOGUE[id];
  return `The measure ${id} is in no series: ask ${answeredBy === 'live' ? '/api/analytics' : `/api/analytics/${answeredBy}`}.`;
}
