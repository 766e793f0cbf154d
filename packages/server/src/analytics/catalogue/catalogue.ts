import { DERIVED } from './derived.ts';
import type { CatalogueEntry } from './entry.ts';
import type { MeasureId } from './ids.ts';
import { SERIES } from './series.ts';

/** Every measure by its id, in the order of MEASURE_IDS: the one list behind the API's checks, its docs and the dashboard. */
export const CATALOGUE: Readonly<Record<MeasureId, CatalogueEntry>> = { ...SERIES, ...DERIVED };
