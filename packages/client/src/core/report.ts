import { LIMITS, type Position, type PositionFrame } from '@hubbub/protocol';
import type { RoomCore } from './room-core.ts';

/** Tells the server how far we are, so that delivery is a measured fact: at most every 15 s, and only what changed. */
export class Report {
  readonly #told = new Map<string, Position>();
  #nextAt = 0;

  get nextAt(): number {
    return this.#nextAt;
  }

  /** A new connection knows nothing of what was told. */
  begin(now: number): void {
    this.#told.clear();
    this.#nextAt = now + LIMITS.positionIntervalMs;
  }

  /** Frames for all rooms whose position changed since it was told. */
  frames(rooms: Iterable<RoomCore>, now: number): readonly PositionFrame[] {
    this.#nextAt = now + LIMITS.positionIntervalMs;
    const changed: [string, Position][] = [];
    for (const { id, position } of rooms) {
      const told = this.#told.get(id);
      if (position === undefined || (told?.seq === position.seq && told.epoch === position.epoch)) continue;
      this.#told.set(id, position);
      changed.push([id, position]);
    }
    const frames: PositionFrame[] = [];
    while (changed.length > 0) frames.push({ type: 'position', rooms: new Map(changed.splice(0, LIMITS.positionRooms)), ref: undefined });
    return frames;
  }
}
