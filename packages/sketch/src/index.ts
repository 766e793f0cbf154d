export { Counter, counterKind } from './counter.ts';
export { DEFAULT_KEY, type HashKey, TextHash } from './hash.ts';
export { HyperLogLog, STANDARD_ERROR } from './hyper-log-log.ts';
export type { Mergeable, SketchKind } from './mergeable.ts';
export { COLLAPSE_SHARE, QuantileSketch, quantileKind, RELATIVE_ERROR } from './quantile.ts';
