/** Can be asked for in a series; a summary has all of them. */
export const SERIES_MEASURES = [
  ...(['messages', 'activeUsers', 'presentUsers', 'participation', 'newUsers', 'returningUsers', 'joins', 'leaves'] as const),
  ...(['connections', 'messageLength', 'deliveryLatency', 'replies', 'questions', 'links', 'emoji', 'mentions'] as const),
  ...(['responseTime', 'sessions', 'dropped', 'topUsers', 'topRooms', 'topTerms', 'topEmoji'] as const),
] as const;

/** Have a path of their own. */
export const DERIVED_MEASURES = ['rate', 'dau', 'wau', 'mau', 'stickiness', 'heatmap', 'retention', 'moments', 'compare'] as const;

export const MEASURE_IDS = [...SERIES_MEASURES, ...DERIVED_MEASURES] as const;

export type SeriesMeasure = (typeof SERIES_MEASURES)[number];
export type DerivedMeasure = (typeof DERIVED_MEASURES)[number];
export type MeasureId = SeriesMeasure | DerivedMeasure;

export function isMeasure(text: string): text is MeasureId {
  return (MEASURE_IDS as readonly string[]).includes(text);
}

export function isSeriesMeasure(text: string): text is SeriesMeasure {
  return (SERIES_MEASURES as readonly string[]).includes(text);
}
