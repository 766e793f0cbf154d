/** The lengths of buckets that can be asked for, finest first. `1d`, `1w` (from Monday) and `1M` go by the local calendar. */
export const STEPS = ['1s', '1m', '5m', '15m', '1h', '1d', '1w', '1M'] as const;
export type Step = (typeof STEPS)[number];

export function isStep(text: string): text is Step {
  return (STEPS as readonly string[]).includes(text);
}

/** True when buckets of `step` are shorter than those of `other`. */
export function isFiner(step: Step, other: Step): boolean {
  return STEPS.indexOf(step) < STEPS.indexOf(other);
}
