/** What the store does of itself, for the log. */
export type StoreReport =
  /** An old file is brought up to date: before each step. `messages`: entries of its log. */
  | { readonly kind: 'migrating'; readonly toVersion: number; readonly lastVersion: number; readonly messages: number }
  | { readonly kind: 'migrated'; readonly version: number }
  /** At the start: so many stored messages were not counted, or merged, yet. */
  | { readonly kind: 'behind'; readonly messages: number }
  /** At a stop: what is derived from the log could not be brought up to it, which the next start makes up for. */
  | { readonly kind: 'left unmerged'; readonly error: Error };
