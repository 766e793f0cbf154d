import { LIMITS, type Position, type PositionFrame } from '@hubbub/protocol';
import type { RoomCore } from './room-core.ts';

/** Half of what one frame may name: with the longest names and epochs that is still far below the limit of its size. */
const ROOMS_OF_A_FRAME = LIMITS.positionRooms / 2;

/** Tells the server how far we are, so that delivery is a measured fact: at most every 15 s, and only what changed. */
export class Report {
  #told: ReadonlyMap<string, Position> = new Map();
  #nextAt = 0;

  get nextAt(): number {
    return this.#nextAt;
  }

  /** A new connection knows nothing of what was told. */
  begin(now: number): void {
    this.#told = new Map();
    this.#nextAt = now + LIMITS.positionIntervalMs;
  }

  /** Frames for all rooms whose position changed since it was told. */
  frames(rooms: Iterable<RoomCore>, now: number): readonly PositionFrame[] {
    this.#nextAt = now + LIMITS.positionIntervalMs;
    const positions = new Map<string, Position>();
    for (const { id, position } of rooms) if (position !== undefined) positions.set(id, position);
    const changed = [...positions].filter(([id, { epoch, seq }]) => {
      const told = this.#told.get(id);
      return told?.epoch !== epoch || told.seq !== seq;
    });
    this.#told = positions;
    const frames: PositionFrame[] = [];
    while (changed.length > 0) frames.push({ type: 'position', rooms: new Map(changed.splice(0, ROOMS_OF_A_FRAME)), ref: undefined });
    return frames;
  }
}
