import type { DropReason } from '../../events.ts';

/** The numbers under which `drops` are kept: append only. A reason that is missing here is no number's, and does not compile. */
export const REASON_NUMBERS: Readonly<Record<DropReason, number>> = {
  bad_json: 0,
  bad_frame: 1,
  unknown_type: 2,
  username_invalid: 3,
  content_empty: 4,
  content_too_long: 5,
  content_invalid: 6,
  room_invalid: 7,
  not_in_room: 8,
  forbidden: 9,
  rate_limited: 10,
  overloaded: 11,
  storage_unavailable: 12,
  muted: 13,
  banned: 14,
  slow_mode: 15,
  filtered: 16,
  id_taken: 17,
  not_found: 18,
  internal: 19,
  typing_too_often: 20,
  slow_reader: 21,
  too_big: 22,
  upgrade_refused: 23,
};

const NAMES = new Map(Object.entries(REASON_NUMBERS).map(([name, number]) => [number, name]));

/** A number of a newer server is shown as it is. */
export const reasonOf = (number: number): string => NAMES.get(number) ?? `reason_${number}`;
