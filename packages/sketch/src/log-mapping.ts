/** A quantile is within this share of the exact one. */
export const RELATIVE_ERROR = 0.01;

// A hair finer than promised, so that rounding in log and exp cannot carry an estimate over the bound.
const ACCURACY = RELATIVE_ERROR * 0.9999;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_GAMMA = Math.log(GAMMA);
const LOG_MIDDLE = Math.log(2 / (GAMMA + 1));

/** The bin of a magnitude above 0: (γ^(i−1), γ^i] is bin i, the same for every sketch and every kept summary. */
export const binOf = (magnitude: number): number => Math.ceil(Math.log(magnitude) / LOG_GAMMA);
/** The value whose relative distance to both edges of the bin is the same. */
export const middleOf = (bin: number): number => Math.exp(bin * LOG_GAMMA + LOG_MIDDLE);
