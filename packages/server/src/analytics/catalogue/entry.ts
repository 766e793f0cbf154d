import type { Step } from '../calendar/steps.ts';

/** What a measure's value looks like in JSON. */
export type ValueShape =
  | { readonly kind: 'count' }
  | { readonly kind: 'ratio' }
  /** A number each; what has no value (a mean of nothing) is 0. */
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> }
  /** Names that are not known beforehand, a count each. */
  | { readonly kind: 'counts'; readonly of: string }
  /** `[{"key", "count"}, …]`, most first, ties by key. `key`: what it names. */
  | { readonly kind: 'ranked'; readonly key: string }
  /** What its own path answers. */
  | { readonly kind: 'document'; readonly shape: string };

export interface Field {
  readonly unit: string;
  readonly sentence: string;
}

/** `relative`: standard error, or greatest error where it is a bound, as a share of the number that `of` names. */
export type Exactness =
  | { readonly kind: 'exact' }
  | { readonly kind: 'bound'; readonly relative: number; readonly of: string; readonly sentence: string };

/** Which path answers a measure. Those of `series` are in `summary`, too. */
export type AnsweredBy = 'series' | 'summary' | 'live' | 'active' | 'heatmap' | 'retention' | 'moments';

/** One measure, as it is published: the API checks against it, the docs and the dashboard show it. */
export interface CatalogueEntry {
  readonly unit: string;
  /** The definition in plain words. */
  readonly sentence: string;
  readonly formula: string;
  /** Which messages a value depends on. */
  readonly window: string;
  readonly freshness: string;
  readonly exactness: Exactness;
  /** No finer one can be asked for; undefined for what has no steps. */
  readonly finestStep: Step | undefined;
  readonly value: ValueShape;
  readonly answeredBy: AnsweredBy;
  /** False for what is known of all rooms together alone. */
  readonly isPerRoom: boolean;
}
