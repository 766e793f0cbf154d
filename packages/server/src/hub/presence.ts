import { LIMITS } from '@hubbub/protocol';

/** A user in a room. `connections` 0: gone, and not announced yet. */
export interface Member {
  readonly userId: string;
  username: string;
  connections: number;
  /** Wall clock, ms. */
  readonly joinedAt: number;
  /** `clock.monotonic()` from which the leave counts; undefined while a connection is there. */
  leavesAt: number | undefined;
  /** Monotonic time of the last typing notice that was passed on. */
  typedAt: number;
}

/** How joins and leaves are told: one by one, or above the storm limit as a number. */
type Telling = { readonly kind: 'each' } | { readonly kind: 'count'; toldAt: number; toldMembers: number };

/**
 * Who is in a room: data whose methods return what changed. A user that comes back within the grace neither left nor
 * joined; above 100 members only their number is told, at most once a second, until it is back below 80.
 */
export class Presence {
  readonly #members = new Map<string, Member>();
  readonly #leaving = new Set<Member>();
  #present = 0;
  #telling: Telling = { kind: 'each' };

  /** Users with a connection here now. */
  get presentUsers(): number {
    return this.#present;
  }

  /** Nobody is here and nobody's grace is running. */
  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  get hasLeaving(): boolean {
    return this.#leaving.size > 0;
  }

  present(): Member[] {
    return [...this.#members.values()].filter((member) => member.connections > 0);
  }

  /** A connection of the user entered; true when that is news to the others. */
  enter(userId: string, username: string, wallNow: number): boolean {
    const member = this.#members.get(userId);
    if (member === undefined) {
      this.#members.set(userId, {
        userId,
        username,
        connections: 1,
        joinedAt: wallNow,
        leavesAt: undefined,
        typedAt: Number.NEGATIVE_INFINITY,
      });
      this.#present += 1;
      this.#chooseTelling();
      return true;
    }
    if (member.connections === 0) this.#present += 1;
    member.connections += 1;
    member.username = username;
    member.leavesAt = undefined;
    this.#leaving.delete(member);
    return false;
  }

  /** A connection of the user went; after the last one the grace begins. */
  exit(userId: string, now: number): void {
    const member = this.#members.get(userId);
    if (member === undefined || member.connections === 0) return;
    member.connections -= 1;
    if (member.connections > 0) return;
    this.#present -= 1;
    member.leavesAt = now + LIMITS.leaveGraceMs;
    this.#leaving.add(member);
  }

  /** Ends the grace of those whose time is over; returns them. */
  settleLeaves(now: number): Member[] {
    const gone: Member[] = [];
    for (const member of this.#leaving) {
      // The set is in order of leaving, so the first one that still has time ends the search.
      if (member.leavesAt === undefined || member.leavesAt > now) break;
      this.#leaving.delete(member);
      this.#members.delete(member.userId);
      gone.push(member);
    }
    return gone;
  }

  /** True at most once per interval and user, whatever the number of their connections. */
  mayType(userId: string, now: number, intervalMs: number): boolean {
    const member = this.#members.get(userId);
    if (member === undefined || now - member.typedAt < intervalMs) return false;
    member.typedAt = now;
    return true;
  }

  /** True: joins and leaves are announced one by one. */
  get tellsEach(): boolean {
    return this.#telling.kind === 'each';
  }

  /**
   * The number to tell now, if one is due: everyone whose leave is not final, so that who counts joins and leaves arrives at the same.
   * Once a number below the limit has been told, joins and leaves are told one by one again.
   */
  dueCount(now: number): number | undefined {
    const telling = this.#telling;
    const members = this.#members.size;
    if (telling.kind === 'each' || telling.toldMembers === members || now - telling.toldAt < LIMITS.presenceIntervalMs) return undefined;
    telling.toldAt = now;
    telling.toldMembers = members;
    if (members < LIMITS.presenceAnnounceResume) this.#telling = { kind: 'each' };
    return members;
  }

  /** True while a number has still to be told. */
  get owesCount(): boolean {
    return this.#telling.kind === 'count' && this.#telling.toldMembers !== this.#members.size;
  }

  #chooseTelling(): void {
    if (this.#telling.kind === 'count' || this.#members.size <= LIMITS.presenceAnnounceMax) return;
    this.#telling = { kind: 'count', toldAt: Number.NEGATIVE_INFINITY, toldMembers: -1 };
  }
}
