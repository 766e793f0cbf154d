import { Connection } from '../../src/core/connection.ts';
import { Outbox } from '../../src/core/outbox.ts';
import { Sequence } from '../../src/core/sequence.ts';

/** A bug planted into the SDK. `plant` returns how to undo it. */
export interface PlantedBug {
  readonly name: string;
  /** What the checker must say of it. */
  readonly verdict: RegExp;
  readonly plant: () => () => void;
}

function patched<T extends object, K extends keyof T>(prototype: T, name: K, make: (real: T[K]) => T[K]): () => void {
  const real = prototype[name];
  prototype[name] = make(real);
  return () => {
    prototype[name] = real;
  };
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'the position of `joined` counts before its replay',
    verdict: /P3|a timeline begins/,
    plant: () =>
      patched(
        Sequence.prototype,
        'joined',
        (real) =>
          function (this: Sequence, frame) {
            return real.call(this, { ...frame, replay: 0 });
          },
      ),
  },
  {
    name: 'every resume is believed to be whole',
    verdict: /P3/,
    plant: () =>
      patched(
        Sequence.prototype,
        'joined',
        (real) =>
          function (this: Sequence, frame) {
            return real.call(this, { ...frame, recovered: true });
          },
      ),
  },
  {
    name: 'what was on its way is forgotten with the connection',
    verdict: /stuck/,
    plant: () =>
      patched(
        Outbox.prototype,
        'lost',
        (real) =>
          function (this: Outbox, now) {
            for (const room of ['a', 'b']) for (const id of this.idsOf(room)) this.remove(id);
            real.call(this, now);
          },
      ),
  },
  {
    name: 'a message is sent again under another id',
    verdict: /CLIENT order|P4|stuck/,
    plant: () =>
      patched(
        Outbox.prototype,
        'next',
        (real) =>
          function (this: Outbox, roomId, now) {
            const frame = real.call(this, roomId, now);
            return frame?.retry ? { ...frame, messageId: frame.messageId?.replace(/^f?./, '0') } : frame;
          },
      ),
  },
  {
    name: 'a socket that was given up is still heard',
    verdict: /heard a socket that it gave up/,
    plant: () => patched(Connection.prototype, 'isCurrent', () => () => true),
  },
  {
    name: 'a connection that says nothing is trusted for ever',
    verdict: /stuck/,
    plant: () =>
      patched(
        Connection.prototype,
        'abandon',
        (real) =>
          function (this: Connection, now) {
            if (this.isConnected) this.heard(now);
            else real.call(this, now);
          },
      ),
  },
];
