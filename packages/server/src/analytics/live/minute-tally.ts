import type { NamedLiveFact, Standing } from '../live-facts-sink.ts';
import { Tally } from './tally.ts';

/** What happened in one room, or in all, within one minute, and who was there. */
export class MinuteTally extends Tally {
  #samples = 0;
  #sum = 0;
  #max = 0;
  #users: string[] = [];
  /** What stands after the last sample, if that is known. */
  standing: Omit<Standing, 'room'> | undefined;

  /** Users whose presence is kept here. */
  get users(): number {
    return this.#users.length;
  }

  /** `connections` were open at each of so many whole seconds. */
  sample(seconds: number, connections: number): void {
    this.#samples += seconds;
    this.#sum += seconds * connections;
    if (connections > this.#max) this.#max = connections;
  }

  present(userId: string): void {
    this.#users.push(userId);
  }

  /** Takes `most` users out into a tally of their own. */
  split(most: number): MinuteTally {
    const part = new MinuteTally();
    part.#users = this.#users.splice(-most);
    return part;
  }

  addMinute(other: MinuteTally): void {
    this.add(other);
    this.#samples += other.#samples;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
    if (other.standing !== undefined && (this.standing?.second ?? 0) < other.standing.second) this.standing = other.standing;
    for (const user of other.#users) this.#users.push(user);
  }

  override *facts(room: string | undefined, t: number): Generator<NamedLiveFact, void> {
    yield* super.facts(room, t);
    yield* this.samples(room, t);
    if (room !== undefined) yield* this.presence(room, t);
  }

  *samples(room: string | undefined, t: number): Generator<NamedLiveFact, void> {
    if (this.#samples > 0) yield { kind: 'connections', room, t, samples: this.#samples, sum: this.#sum, max: this.#max };
  }

  *presence(room: string, t: number): Generator<NamedLiveFact, void> {
    for (const user of this.#users) yield { kind: 'present', room, t, user };
  }
}
