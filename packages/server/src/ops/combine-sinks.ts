import type { EventSink } from '../events.ts';

/** One sink that tells all of these, in order. A single one is given back as it is: counting it costs nothing extra. */
export function combineSinks(...sinks: readonly EventSink[]): EventSink {
  const [only] = sinks;
  return sinks.length === 1 && only !== undefined ? only : new CombinedSink(sinks);
}

class CombinedSink implements EventSink {
  readonly #sinks: readonly EventSink[];

  constructor(sinks: readonly EventSink[]) {
    this.#sinks = [...sinks];
  }

  connected(...args: Parameters<EventSink['connected']>): void {
    for (const sink of this.#sinks) sink.connected(...args);
  }
  disconnected(...args: Parameters<EventSink['disconnected']>): void {
    for (const sink of this.#sinks) sink.disconnected(...args);
  }
  entered(roomId: string, userId: string): void {
    for (const sink of this.#sinks) sink.entered(roomId, userId);
  }
  exited(roomId: string, userId: string): void {
    for (const sink of this.#sinks) sink.exited(roomId, userId);
  }
  joined(roomId: string, userId: string, at: number): void {
    for (const sink of this.#sinks) sink.joined(roomId, userId, at);
  }
  left(roomId: string, userId: string, at: number): void {
    for (const sink of this.#sinks) sink.left(roomId, userId, at);
  }
  accepted(publication: Parameters<EventSink['accepted']>[0]): void {
    for (const sink of this.#sinks) sink.accepted(publication);
  }
  stored(messages: Parameters<EventSink['stored']>[0]): void {
    for (const sink of this.#sinks) sink.stored(messages);
  }
  // The hottest one: no rest parameters here.
  delivered(roomId: string, latencyMs: number, count: number): void {
    for (const sink of this.#sinks) sink.delivered(roomId, latencyMs, count);
  }
  dropped(reason: Parameters<EventSink['dropped']>[0]): void {
    for (const sink of this.#sinks) sink.dropped(reason);
  }
  closed(reason: Parameters<EventSink['closed']>[0]): void {
    for (const sink of this.#sinks) sink.closed(reason);
  }
  resumed(recovered: boolean, replayed: number): void {
    for (const sink of this.#sinks) sink.resumed(recovered, replayed);
  }
  wrote(durationMs: number, size: number, isOk: boolean): void {
    for (const sink of this.#sinks) sink.wrote(durationMs, size, isOk);
  }
}
