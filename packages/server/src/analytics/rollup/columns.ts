/** The columns of a `counts` segment by their place in it: append only. Sums, but for the two of MAX_COLUMNS. */
export const COLUMN = {
  messages: 0,
  newUsers: 1,
  joins: 2,
  leaves: 3,
  replies: 4,
  questions: 5,
  links: 6,
  emoji: 7,
  mentions: 8,
  /** Code points. */
  lengthSum: 9,
  lengthMax: 10,
  sessions: 11,
  sessionMessages: 12,
  responses: 13,
  deleted: 14,
  connectionSamples: 15,
  connectionSum: 16,
  connectionMax: 17,
} as const;
export const COLUMN_COUNT = 18;
export type Column = (typeof COLUMN)[keyof typeof COLUMN];

/** Merged by maximum: what is taken away does not lower them, only `set` does. */
export type MaxColumn = typeof COLUMN.lengthMax | typeof COLUMN.connectionMax;
export type SumColumn = Exclude<Column, MaxColumn>;
export const isMaxColumn = (column: number): boolean => column === COLUMN.lengthMax || column === COLUMN.connectionMax;

/** What `quantiles` keeps, by its place in a segment: code points, seconds, seconds, milliseconds. Append only. */
export const KIND = { length: 0, response: 1, sessionDuration: 2, latency: 3 } as const;
export const KIND_COUNT = 4;
export type Kind = (typeof KIND)[keyof typeof KIND];
