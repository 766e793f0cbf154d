import { countBuckets } from '../calendar/edges.ts';
import { isFiner, isStep, STEPS, type Step } from '../calendar/steps.ts';
import type { Zone } from '../calendar/zone.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { SeriesMeasure } from '../catalogue/ids.ts';
import { inWords, type QueryLimits } from './limits.ts';
import { type Parsed, parsed, quote, refuse } from './problem.ts';
import type { Range } from './range.ts';

/** What decides which steps a series may have. */
export interface StepContext {
  readonly measures: readonly SeriesMeasure[];
  readonly range: Range;
  readonly zone: Zone;
  readonly now: number;
  readonly limits: QueryLimits;
}

/**
 * The step asked for, if it is not too fine for the measures, the age of the range and its length. Left out: the finest that gives at
 * most `defaultBuckets`, or else the coarsest.
 */
export function readStep(text: string | undefined, context: StepContext): Parsed<Step> {
  const kept = STEPS.filter((step) => isMeasured(step, context) && isKept(step, context));
  const fitting = kept.filter((step) => bucketsOf(step, context) <= mostBuckets(context));
  if (text === undefined) {
    const chosen = fitting.find((step) => bucketsOf(step, context) <= context.limits.defaultBuckets) ?? fitting.at(-1);
    return chosen === undefined ? refuseRange(context) : parsed(chosen);
  }
  if (!isStep(text)) return refuse('step', `There is no step ${quote(text)}.`, STEPS.join(', '));
  return fitting.includes(text) ? parsed(text) : refuseStep(text, fitting, context);
}

/** Offers only what this range would be answered with. */
function refuseStep(step: Step, fitting: readonly Step[], context: StepContext): Parsed<never> {
  const allowed = fitting.length === 0 ? 'a shorter range' : fitting.join(', ');
  const tooFine = context.measures.find((measure) => isFiner(step, finestOf(measure)));
  if (tooFine !== undefined) return refuse('step', `The step ${step} is too fine for ${tooFine}.`, allowed);
  const aged = context.measures.find((measure) => isTooOld(measure, step, context));
  if (aged !== undefined) return refuse('step', whyTooOld(aged, step, context), allowed);
  const [count, most] = [bucketsOf(step, context), mostBuckets(context)].map((each) => each.toLocaleString('en-US'));
  const message = `The step ${step} gives ${count} buckets, more than ${most}.`;
  return refuse('step', message, fitting.length === 0 ? allowed : `${allowed}, or a shorter range`);
}

function refuseRange(context: StepContext): Parsed<never> {
  const most = mostBuckets(context).toLocaleString('en-US');
  return refuse(
    'from',
    'The range from "from" to "to" is too long for the measures.',
    `at most ${most} buckets, of 1M each at the longest`,
  );
}

const bucketsOf = (step: Step, { range, zone }: StepContext): number => countBuckets(step, range.from, range.to, zone);

const isRanked = (measure: SeriesMeasure): boolean => CATALOGUE[measure].value.kind === 'ranked';
const finestOf = (measure: SeriesMeasure): Step => CATALOGUE[measure].finestStep ?? '1s';

const mostBuckets = ({ measures, limits }: StepContext): number => (measures.some(isRanked) ? limits.rankedBuckets : limits.buckets);

const isMeasured = (step: Step, { measures }: StepContext): boolean => !measures.some((measure) => isFiner(step, finestOf(measure)));

const isKept = (step: Step, context: StepContext): boolean => !context.measures.some((measure) => isTooOld(measure, step, context));

const ageOf = (measure: SeriesMeasure, step: Step, limits: QueryLimits): number =>
  (isRanked(measure) ? limits.rankedAges : limits.ages)[step] ?? Number.POSITIVE_INFINITY;

/** Ages count back from now to where the range begins. */
function isTooOld(measure: SeriesMeasure, step: Step, { range, now, limits }: StepContext): boolean {
  return range.from < now - ageOf(measure, step, limits) - limits.graceMs;
}

function whyTooOld(measure: SeriesMeasure, step: Step, { limits }: StepContext): string {
  const age = inWords(ageOf(measure, step, limits));
  return `The step ${step}${isRanked(measure) ? ` of ${measure}` : ''} goes back ${age}, and "from" is older.`;
}
