import type { EventSink } from '../../src/events.ts';

/** A sink that hears nothing but what it is given ears for. */
export function eventSink(heard: Partial<EventSink> = {}): EventSink {
  const ignore = (): void => {};
  return {
    connected: ignore,
    disconnected: ignore,
    entered: ignore,
    exited: ignore,
    joined: ignore,
    left: ignore,
    accepted: ignore,
    stored: ignore,
    delivered: ignore,
    dropped: ignore,
    closed: ignore,
    resumed: ignore,
    wrote: ignore,
    ...heard,
  };
}
