import type { ConnectionFact } from '../events.ts';

/** Who is connected to this node. Users are told apart by id. */
export class Audience {
  /** By user, in the order in which they came; a user's connections likewise. */
  readonly #users = new Map<string, Map<string, ConnectionFact>>();
  #connections = 0;
  #peak = 0;

  get connections(): number {
    return this.#connections;
  }

  get peak(): number {
    return this.#peak;
  }

  get users(): number {
    return this.#users.size;
  }

  enter(connection: ConnectionFact): void {
    let own = this.#users.get(connection.userId);
    if (own === undefined) {
      own = new Map();
      this.#users.set(connection.userId, own);
    }
    if (!own.has(connection.connectionId)) this.#connections++;
    own.set(connection.connectionId, connection);
    this.#peak = Math.max(this.#peak, this.#connections);
  }

  leave(connection: ConnectionFact): void {
    const own = this.#users.get(connection.userId);
    if (own === undefined || !own.delete(connection.connectionId)) return;
    this.#connections--;
    if (own.size === 0) this.#users.delete(connection.userId);
  }

  /** Each user's oldest connection, longest here first. */
  oldestConnections(limit: number): ConnectionFact[] {
    const oldest: ConnectionFact[] = [];
    for (const own of this.#users.values()) {
      if (oldest.length === limit) break;
      for (const connection of own.values()) {
        oldest.push(connection);
        break;
      }
    }
    return oldest;
  }
}
