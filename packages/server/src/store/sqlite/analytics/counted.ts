import type { DatabaseSync } from 'node:sqlite';
import { one, preparer } from '../statements.ts';

export const ANALYTICS_STEP = 'analytics';

/**
 * Which messages of the log are counted: those up to the entry `through`; and of the span behind it, which ends at `ahead`, those up to a
 * place in the order of (room, row). A span is counted room by room, so that what is kept of a room is written once for all of it.
 */
export interface Counted {
  readonly through: number;
  /** Not less than `through`. */
  readonly ahead: number;
  readonly room: number;
  readonly row: number;
}

/** A log that is counted up to an entry, whatever the room. */
export const countedUpTo = (through: number): Counted => ({ through, ahead: through, room: 0, row: 0 });

/** The last entry that is counted in a room. */
export function countedIn({ through, ahead, room, row }: Counted, asked: number): number {
  if (asked === room) return row;
  return asked < room ? ahead : through;
}

/** As the file has it. */
export function countedReader(db: DatabaseSync): () => Counted {
  const statement = preparer(db)(
    `select through, max(through, ahead), room, row from merged cross join counted_ahead where step = '${ANALYTICS_STEP}'`,
  );
  return () => {
    const [through, ahead, room, row] = one(statement) as [number, number, number, number];
    return { through, ahead, room, row };
  };
}
