export type Listener<T> = (event: T) => void;

/** Who wants to hear of something. What a listener throws harms neither the others nor us: it is reported as an unhandled rejection. */
export class Listeners<T> {
  readonly #all = new Set<{ readonly listener: Listener<T> }>();

  /** The returned function ends it. */
  add(listener: Listener<T>): () => void {
    const entry = { listener };
    this.#all.add(entry);
    return () => {
      this.#all.delete(entry);
    };
  }

  tell(event: T): void {
    for (const { listener } of [...this.#all]) {
      try {
        listener(event);
      } catch (error) {
        Promise.reject(error);
      }
    }
  }
}
