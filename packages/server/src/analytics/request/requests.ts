import type { Step } from '../calendar/steps.ts';
import type { SeriesMeasure } from '../catalogue/ids.ts';

/** What `format` says; undefined: it is left out, and the `Accept` header decides. */
export type Format = 'json' | 'csv' | undefined;

/** What can be asked about a stretch of time. `from` and `to` are those that the answer has: ms since 1970, from < to. */
export interface RangeRequest {
  /** Undefined: all rooms. Whether it exists was not asked. */
  readonly room: string | undefined;
  readonly from: number;
  readonly to: number;
  /** As IANA spells it; `zoneOf` knows it. */
  readonly tz: string;
  readonly format: Format;
}

/** `from` and `to` are edges of `step`. */
export interface SeriesRequest extends RangeRequest {
  /** At least one, none twice. */
  readonly measures: readonly SeriesMeasure[];
  readonly step: Step;
}

/** All edges are whole quarters of an hour. */
export interface SummaryRequest extends RangeRequest {
  /** As long, and ends where the range begins. */
  readonly previous: { readonly from: number; readonly to: number };
}

export const RANKINGS = ['users', 'rooms', 'terms', 'emoji'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** `from` and `to` are whole quarters of an hour. */
export interface TopRequest extends RangeRequest {
  readonly what: Ranking;
  readonly limit: number;
}

/** `from` and `to` are whole quarters of an hour. */
export interface RecountRequest {
  readonly room: string | undefined;
  readonly from: number;
  readonly to: number;
  /** Write what was found; an administrator's right, which is not checked here. */
  readonly repair: boolean;
}
