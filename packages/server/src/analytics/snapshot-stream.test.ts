import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { SnapshotStream } from './snapshot-stream.ts';

type State = Record<string, unknown>;

/** A client as the documentation describes it. */
class Client {
  readonly seen: Buffer[] = [];
  readonly events: string[] = [];
  state: State | undefined;
  lastId: string | undefined;
  heartbeats = 0;

  readonly write = (bytes: Buffer): void => {
    this.seen.push(bytes);
    const text = bytes.toString();
    expect(text.endsWith('\n\n')).toBe(true);
    if (text.startsWith(':')) this.heartbeats++;
    else
      this.#take(
        new Map(
          text
            .trimEnd()
            .split('\n')
            .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
        ),
      );
  };

  #take(fields: ReadonlyMap<string, string>): void {
    const value = JSON.parse(fields.get('data') ?? '') as State;
    const event = fields.get('event') ?? '';
    this.events.push(event);
    this.lastId = fields.get('id');
    this.state = event === 'snapshot' ? value : (patched(this.state, value) as State);
  }
}

function patched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const old = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const merged = Object.entries(patch).map(([name, value]) => [name, patched((old as State)[name], value)]);
  return Object.fromEntries(Object.entries({ ...old, ...Object.fromEntries(merged) }).filter(([, value]) => value !== null));
}

function setUp() {
  const clock = new FakeClock();
  const now = { state: { count: 0 } as object | undefined, taken: 0 };
  const bugs: unknown[] = [];
  const snapshot = () => {
    now.taken++;
    return now.state === undefined ? undefined : { at: clock.now(), uptimeSeconds: clock.monotonic(), ...now.state };
  };
  const stream = new SnapshotStream({ snapshot, clock, runId: 'run', onBug: (error) => bugs.push(error) });
  const listen = (lastId?: string, client = new Client()) => ({ client, leave: stream.subscribe(client, lastId) });
  return { clock, now, stream, listen, bugs };
}

const member = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }));
const someState = fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(member, fc.dictionary(fc.constantFrom('x', 'y'), member)));
const step = fc.record({
  state: someState,
  seconds: fc.integer({ min: 1, max: 50 }),
  who: fc.nat(3),
  action: fc.constantFrom('stay', 'go', 'come'),
});

describe('the stream of snapshots', () => {
  it('SSE-1, SSE-3 gives each reader the state of each step, whenever and with whatever it came', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { clock, now, listen } = setUp();
        const clients = Array.from({ length: 4 }, () => ({ client: new Client(), leave: undefined as (() => void) | undefined }));
        for (const { state, seconds, who, action } of steps) {
          now.state = state;
          const one = clients[who];
          if (one !== undefined && action === 'go') {
            one.leave?.();
            one.leave = undefined;
          } else if (one !== undefined && action === 'come' && one.leave === undefined) {
            one.leave = listen(one.client.lastId, one.client).leave;
          }
          clock.advance(seconds * 1000);
          for (const { client, leave } of clients) if (leave !== undefined) expect(client.state).toMatchObject(state);
          const states = clients.filter(({ leave }) => leave !== undefined).map(({ client }) => client.state);
          for (const each of states) expect(each).toEqual(states[0]);
        }
      }),
    );
  });

  it('SSE-2 shows a change within a second, and nothing where nothing changes but the time', () => {
    const { clock, now, listen } = setUp();
    const { client } = listen();
    clock.advance(14_000);
    expect(client.events).toEqual(['snapshot']);
    clock.advance(300);
    now.state = { count: 1 };
    clock.advance(1000);
    expect(client.events).toEqual(['snapshot', 'diff']);
    expect(client.state).toEqual({ at: clock.now() - 300, uptimeSeconds: clock.monotonic() - 300, count: 1 });
  });

  it('SSE-2 tells many changes at most once a second', () => {
    const { clock, now, listen } = setUp();
    const { client } = listen();
    for (let count = 1; count <= 100; count++) {
      now.state = { count };
      clock.advance(100);
    }
    expect(client.events.filter((event) => event === 'diff')).toHaveLength(10);
  });

  it('SSE-3 goes on from a known id with one diff, or with nothing when nothing is missing', () => {
    const { clock, now, listen } = setUp();
    const { client, leave } = listen();
    const other = listen();
    leave();
    expect(listen(client.lastId, client).client.events).toEqual(['snapshot']);
    leave();
    for (let count = 1; count <= 3; count++) {
      now.state = { count };
      clock.advance(1000);
    }
    listen(client.lastId, client);
    expect(client.events).toEqual(['snapshot', 'diff']);
    expect(client.state).toEqual(other.client.state);
    expect(client.lastId).toBe(other.client.lastId);
  });

  it('SSE-3 begins anew for an id that it does not know, or no longer', () => {
    const { clock, now, listen } = setUp();
    const first = listen();
    const id = first.client.lastId;
    now.state = { count: 1 };
    clock.advance(1000);
    clock.advance(59_000);
    now.state = { count: 2 };
    clock.advance(1000);
    expect(listen(id).client.events).toEqual(['diff']);
    clock.advance(1000);
    for (const each of [id, 'run-99', 'other-1', '']) expect(listen(each).client.events).toEqual(['snapshot']);
  });

  it('SSE-4 writes the same bytes to all, from one snapshot a second', () => {
    const { clock, now, listen } = setUp();
    const all = Array.from({ length: 10 }, () => listen().client);
    const before = now.taken;
    now.state = { count: 1 };
    clock.advance(1000);
    expect(now.taken - before).toBe(1);
    expect(new Set(all.map(({ seen }) => seen.at(-1))).size).toBe(1);
    const known = all[0]?.lastId;
    now.state = { count: 2 };
    clock.advance(1000);
    expect(listen(known).client.seen[0]).toBe(listen(known).client.seen[0]);
  });

  it('SSE-4 looks no more when nobody listens, and again when somebody comes', () => {
    const { clock, now, listen, stream } = setUp();
    const { leave } = listen();
    leave();
    leave();
    const before = now.taken;
    clock.advance(60_000);
    expect([now.taken - before, stream.readers]).toEqual([0, 0]);
    now.state = { count: 5 };
    const { client } = listen();
    expect(client.state).toMatchObject({ count: 5 });
    clock.advance(1000);
    expect(now.taken - before).toBe(2);
  });

  it('SSE-6 says something at least every 15 s', () => {
    const { clock, now, listen } = setUp();
    const { client } = listen();
    clock.advance(15_000);
    expect(client.heartbeats).toBe(1);
    clock.advance(8000);
    now.state = { count: 1 };
    clock.advance(1000);
    clock.advance(14_000);
    expect(client.heartbeats).toBe(1);
    clock.advance(1000);
    expect(client.heartbeats).toBe(2);
  });

  it('goes on after a snapshot that failed', () => {
    const { clock, now, listen, bugs } = setUp();
    const { client } = listen();
    now.state = { count: 1n };
    clock.advance(1000);
    expect(bugs).toHaveLength(1);
    now.state = { count: 2 };
    clock.advance(1000);
    expect(client.state).toMatchObject({ count: 2 });
  });

  it('has nothing to tell where there is no snapshot', () => {
    const { now, stream, listen } = setUp();
    now.state = undefined;
    expect(stream.refresh()).toBe(false);
    expect(listen().client.seen).toEqual([]);
  });
});
