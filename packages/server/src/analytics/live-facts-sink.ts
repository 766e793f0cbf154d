import type { LiveFact } from './engine/live-facts.ts';

type Named<Fact> = Fact extends { readonly user: number }
  ? Omit<Fact, 'room' | 'user'> & { readonly room: string; readonly user: string }
  : Fact extends { readonly room: number }
    ? Omit<Fact, 'room'> & { readonly room: string | undefined }
    : Fact;

/** A live fact with the room's name and the user's id in the place of numbers. `room` undefined: all rooms (connections and latencies alone). */
export type NamedLiveFact = Named<LiveFact>;

/** So many connections to the room stand since `second` (s since 1970), up to which the facts tell of them. 0: none. */
export interface Standing {
  readonly room: string;
  readonly second: number;
  readonly connections: number;
}

/** What stands is told when it changes: who dies untold leaves behind what stood, and until when. */
export interface Lived {
  readonly standing: readonly Standing[];
  /** s since 1970: what did not change stood until then. Undefined: not all is told yet. */
  readonly until: number | undefined;
}

/** Where the facts go that cannot be recounted from messages. */
export interface LiveFactsSink {
  /** Keeps all or nothing; after a kill, what stood is counted up to where the process was last known to live. Rejects with StoreUnavailable where it cannot now: the facts are then still the caller's, to be given again. */
  write(facts: readonly NamedLiveFact[], lived: Lived): Promise<void>;
}
