/** What we use of a page's window and document. */
interface Listens {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

export interface PageScope extends Partial<Listens> {
  readonly document?: Listens & { readonly visibilityState?: string };
}

/** Calls `wake` when the network or the page comes back; the returned function ends it. Nothing happens where there is no page. */
export function onWakeSignals(wake: () => void, scope: PageScope = globalThis as PageScope): () => void {
  const { document } = scope;
  const onVisibility = () => {
    if (document?.visibilityState === 'visible') wake();
  };
  const types = ['online', 'pageshow'];
  for (const type of types) scope.addEventListener?.(type, wake);
  document?.addEventListener('visibilitychange', onVisibility);
  return () => {
    for (const type of types) scope.removeEventListener?.(type, wake);
    document?.removeEventListener('visibilitychange', onVisibility);
  };
}
