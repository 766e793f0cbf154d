import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { SeriesMeasure } from '../catalogue/ids.ts';
import { REASON_NUMBERS } from '../measures/drop-reasons.ts';
import { LISTED } from './values.ts';

/** The columns of a table of measures, and of what is said beside them: those that any answer may have, whatever it has. */
export function measureColumns(measures: readonly SeriesMeasure[]): readonly string[] {
  const estimated = measures.filter((id) => CATALOGUE[id].exactness.kind === 'bound');
  return [...measures.flatMap(columnsOf), 'adjusted', ...estimated.map((id) => `approx.${id}`), 'partial'];
}

function columnsOf(id: SeriesMeasure): readonly string[] {
  const { value } = CATALOGUE[id];
  switch (value.kind) {
    case 'object':
      return Object.keys(value.fields).map((name) => `${id}.${name}`);
    case 'counts':
      return Object.keys(REASON_NUMBERS).map((reason) => `${id}.${reason}`);
    case 'ranked':
      return Array.from({ length: LISTED }, (_, i) => [`${id}.${i + 1}.key`, `${id}.${i + 1}.count`]).flat();
    default:
      return [id];
  }
}
