import { describe, expect, it } from 'vitest';
import { type Asker, Turns } from './turns.ts';

function asking(turns: Turns) {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const gone = new Set<string>();
  const ask = (name: string, address = name[0] ?? '') => {
    const asker: Asker = { address, isGone: () => gone.has(name) };
    return turns.take(asker, () => {
      begun.push(name);
      return new Promise<string>((resolve, reject) =>
        ends.set(name, (error) => (error === undefined ? resolve(`${name} done`) : reject(error))),
      );
    });
  };
  const end = async (name: string, error?: Error): Promise<void> => {
    ends.get(name)?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, end, begun, gone };
}

describe('ASK-16: turns', () => {
  it('go around by address: one that asks a lot delays its own', async () => {
    const { ask, end, begun } = asking(new Turns({ atOnce: 1 }));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) void ask(name);
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']) await end(name);
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  });

  it('run as many at a time as may, and go on after one that failed', async () => {
    const { ask, end, begun } = asking(new Turns({ atOnce: 2 }));
    const first = ask('a1');
    for (const name of ['a2', 'a3', 'a4']) void ask(name);
    expect(begun).toEqual(['a1', 'a2']);
    const failed = expect(first).rejects.toThrow('no');
    await end('a1', new Error('no'));
    await failed;
    expect(begun).toEqual(['a1', 'a2', 'a3']);
    await end('a3');
    expect(begun).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('are not taken by those who have gone', async () => {
    const { ask, end, begun, gone } = asking(new Turns({ atOnce: 1 }));
    void ask('a1');
    const left = ask('a2');
    const stays = ask('a3');
    gone.add('a2');
    await end('a1');
    expect(await left).toEqual({ kind: 'busy', whose: 'own' });
    await end('a3');
    expect(await stays).toBe('a3 done');
    expect(begun).toEqual(['a1', 'a3']);
  });

  it('are refused where too many wait, of one address or in all, but for those who have gone', async () => {
    const { ask, gone } = asking(new Turns({ atOnce: 1, waitingOfOne: 2, waiting: 3 }));
    for (const name of ['a0', 'a1', 'a2']) void ask(name);
    expect(await ask('a3')).toEqual({ kind: 'busy', whose: 'own' });
    void ask('b1');
    expect(await ask('c1')).toEqual({ kind: 'busy', whose: 'all' });
    gone.add('a1');
    let isAnswered = false;
    void ask('c2').then(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).toBe(false);
    gone.add('a2');
    void ask('d1');
    void ask('a4');
    expect(await ask('e1')).toEqual({ kind: 'busy', whose: 'all' });
  });

  it('of an address whose waiting ones have all gone go on', async () => {
    const { ask, end, begun, gone } = asking(new Turns({ atOnce: 1, waitingOfOne: 1 }));
    void ask('a1');
    void ask('a2');
    gone.add('a2');
    void ask('a3');
    await end('a1');
    expect(begun).toEqual(['a1', 'a3']);
  });
});
