import { inWords, QUERY_LIMITS } from '../request/limits.ts';
import type { CatalogueEntry, Exactness, Field } from './entry.ts';

const LIVE =
  'Live input usually within 1 s, and all of it up to completeUntil: 2 to 3 s ago, further back while counting is behind; late events within a minute, longer repairs are marked as adjusting.';
/** Of what comes from no stored message. */
const ONCE = 'Live input usually within 1 s; kept in its rollups alone, so that nothing corrects it later.';
const BUCKET = 'The bucket, [start, start + step).';
/** Of ranked measures. */
export const RANKED_BUCKET = `The bucket, [start, start + step); one of 1h goes back ${inWords(QUERY_LIMITS.rankedAges['1h'] ?? 0)}, longer ones as far as messages are kept.`;

export const EXACT: Exactness = { kind: 'exact' };

export const QUANTILES: Exactness = {
  kind: 'bound',
  relative: 0.01,
  of: 'each quantile',
  sentence: 'Quantiles are within 1 % of the true value (DDSketch); everything else is exact.',
};

export const HEAVY: Exactness = {
  kind: 'bound',
  relative: 1 / 1024,
  of: 'all occurrences in the bucket',
  sentence:
    'Exact up to 1,024 different keys in a kept bucket; above that each count is within N / 1,024 (Space-Saving), N being all occurrences.',
};

/** Of what shows other measures: the largest bound of any. */
export const AS_MEASURED: Exactness = {
  kind: 'bound',
  relative: 0.01,
  of: 'what the measure says of itself',
  sentence: 'As exact as each of its measures: counts are exact, quantiles and ranked lists as their own entries say.',
};

export const field = (unit: string, sentence: string): Field => ({ unit, sentence });

export const quantile = (percent: number, unit: string): Field =>
  field(unit, `The smallest value such that at least ${percent} % of all are at most it: the nearest rank.`);

type Told = 'unit' | 'sentence' | 'formula';
type Measure = Pick<CatalogueEntry, Told> & Partial<CatalogueEntry>;

/** A measure of stored messages: a count in each bucket, exact, from 1 s up, of rooms and of all; what differs is given. */
export const ofMessages = (told: Measure): CatalogueEntry => ({
  window: BUCKET,
  freshness: LIVE,
  exactness: EXACT,
  finestStep: '1s',
  value: { kind: 'count' },
  answeredBy: 'series',
  isPerRoom: true,
  ...told,
});

/** The same of what happens live and is stored as no message. */
export const ofEvents = (told: Measure): CatalogueEntry => ofMessages({ freshness: ONCE, ...told });
