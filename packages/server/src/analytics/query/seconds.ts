import { edges } from '../calendar/edges.ts';
import { planBuckets } from '../calendar/plan.ts';
import type { Zone } from '../calendar/zone.ts';
import { finish } from '../engine/late-changes.ts';
import type { NamedLiveFact } from '../live-facts-sink.ts';
import { type Parsed, parsed, refuse } from '../request/problem.ts';
import type { SeriesRequest } from '../request/requests.ts';
import { COLUMN } from '../rollup/columns.ts';
import { MINUTE_MS } from '../rollup/levels.ts';
import { FactBuckets, Words } from './fact-buckets.ts';
import { readFacts } from './read-facts.ts';
import { RollupBuckets, unionOf } from './rollup-buckets.ts';
import { seriesOf } from './series.ts';
import type { Source } from './source.ts';

/** Messages that one question may read: some tenths of a second. */
const MOST_MESSAGES = 50_000;

/** A series by seconds, from the stored messages of the range, and from what was counted live; a problem where there are too many. */
export function seconds(
  request: SeriesRequest,
  zone: Zone,
  source: Source,
  live: readonly NamedLiveFact[],
): Parsed<Uint8Array<ArrayBuffer>> {
  const { from, to } = request;
  const { scope, store } = source;
  const messages = countMessages(from, to, source);
  if (messages > MOST_MESSAGES) {
    const message = `The step 1s would read ${messages} messages, more than ${MOST_MESSAGES}.`;
    return refuse('step', message, '1m, or a shorter range');
  }
  const at = edges('1s', from, to, zone);
  const buckets = new FactBuckets(scope, at, new Words());
  finish(readFacts(scope, from, to, store, buckets));
  for (const fact of live) buckets.live(fact);
  return parsed(seriesOf(request, at, buckets, source));
}

/** Of the minutes that the range touches. */
function countMessages(from: number, to: number, { scope, rollups, zoneDays }: Source): number {
  const around = Float64Array.of(Math.floor(from / MINUTE_MS) * MINUTE_MS, Math.ceil(to / MINUTE_MS) * MINUTE_MS);
  const plan = planBuckets(around, 'minute');
  return new RollupBuckets(scope, 1, unionOf([])).read({ rollups, zoneDays }, plan).count(0, COLUMN.messages);
}
