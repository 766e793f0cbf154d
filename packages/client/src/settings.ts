/** Times and bounds of the state machine. All times in milliseconds. */
export interface Settings {
  /** Newest messages kept for each room. Default 500. */
  readonly keepMessages: number;
  /** Messages that wait for their ack, failed ones included, over all rooms. Default 100. */
  readonly maxPending: number;
  /** The longest first wait after a lost connection; it doubles with each failure. Default 500. */
  readonly retryBaseMs: number;
  /** The longest wait of all. Default 30,000. */
  readonly retryMaxMs: number;
  /** An attempt to connect is given up after this time. Default 10,000. */
  readonly connectMs: number;
  /** What was asked is asked again after this time, when an answer is missing. Default 10,000. */
  readonly answerMs: number;
  /** A connection that said nothing for this time is asked whether it lives. Default 30,000. */
  readonly silenceMs: number;
}

const DEFAULTS: Settings = {
  keepMessages: 500,
  maxPending: 100,
  retryBaseMs: 500,
  retryMaxMs: 30_000,
  connectMs: 10_000,
  answerMs: 10_000,
  silenceMs: 30_000,
};

/** The defaults with what was given in their place. Throws a RangeError for what is no number from 1. */
export function settingsOf(given: Partial<Settings>): Settings {
  const settings: { -readonly [name in keyof Settings]: number } = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof Settings)[]) {
    const value = given[name] ?? DEFAULTS[name];
    if (!Number.isFinite(value) || value < 1) throw new RangeError(`${name} must be a number from 1, not ${value}`);
    settings[name] = value;
  }
  return Object.freeze(settings);
}
