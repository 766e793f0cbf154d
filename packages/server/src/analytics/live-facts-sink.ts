import type { LiveFact } from './engine/live-facts.ts';

type Named<Fact> = Fact extends { readonly user: number }
  ? Omit<Fact, 'room' | 'user'> & { readonly room: string; readonly user: string }
  : Fact extends { readonly room: number }
    ? Omit<Fact, 'room'> & { readonly room: string | undefined }
    : Fact;

/** A live fact with the room's name and the user's id in the place of numbers. `room` undefined: all rooms (connections and latencies alone). */
export type NamedLiveFact = Named<LiveFact>;

/** Where the facts go that cannot be recounted from messages. */
export interface LiveFactsSink {
  /** Keeps all or nothing. Rejects with StoreUnavailable where it cannot now: the facts are then still the caller's, to be given again. */
  write(facts: readonly NamedLiveFact[]): Promise<void>;
}
