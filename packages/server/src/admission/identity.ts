/** Who a connection speaks for. */
export interface Identity {
  readonly userId: string;
  readonly username: string;
  /** Why this identity may not speak (a name that is not allowed), safe to show; undefined: it may. */
  readonly problem: string | undefined;
}
