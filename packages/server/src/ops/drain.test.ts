import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../test/kit/fake-clock.ts';
import { type DrainOptions, drain, onStopSignal } from './drain.ts';
import { type Logger, silentLogger } from './logger.ts';

function setUp(unstored = 0) {
  const lines: string[] = [];
  const say = (fields: Readonly<Record<string, unknown>>, message: string) => void lines.push(`${message} ${fields.step ?? ''}`.trim());
  const logger: Logger = { ...silentLogger, info: say, error: say };
  const clock = new FakeClock();
  const options: DrainOptions = { clock, logger, unstored: () => unstored };
  return { lines, clock, options };
}

describe('the drain', () => {
  it('DRAIN-1 runs the steps in order, one after the other, and exits with 0', async () => {
    const { options, lines } = setUp();
    const order: string[] = [];
    const step = (name: string) => ({
      name,
      run: async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
      },
    });
    expect(await drain([step('a'), step('b')], options)).toBe(0);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(lines).toEqual(['drain: step done a', 'drain: step done b', 'drain: complete']);
  });

  it('DRAIN-2 exits with 1 and the count when something could not be stored', async () => {
    const { options, lines } = setUp(3);
    expect(await drain([], options)).toBe(1);
    expect(lines).toEqual(['drain: 3 accepted messages could not be stored']);
  });

  it('goes on after a step that fails, and exits with 1', async () => {
    const { options, lines } = setUp();
    const fail = { name: 'a', run: async () => Promise.reject(new Error('no')) };
    expect(await drain([fail, { name: 'b', run: async () => {} }], options)).toBe(1);
    expect(lines.slice(0, 2)).toEqual(['drain: step failed a', 'drain: step done b']);
  });

  it('gives all steps one deadline, and up when it has passed', async () => {
    const { options, clock, lines } = setUp();
    const deadlines: number[] = [];
    const first = {
      name: 'first',
      run: async (deadline: number) => {
        deadlines.push(deadline);
        clock.advance(29_000);
      },
    };
    const stuck = {
      name: 'stuck',
      run: (deadline: number) => {
        deadlines.push(deadline);
        // Once the limit waits for it.
        queueMicrotask(() => clock.advance(1000));
        return new Promise<void>(() => {});
      },
    };
    expect(await drain([first, stuck, { name: 'never', run: async () => {} }], options)).toBe(1);
    expect(deadlines).toEqual([30_000, 30_000]);
    expect(lines.slice(0, 2)).toEqual(['drain: step done first', 'drain: out of time stuck']);
    expect(lines.join()).not.toContain('never');
  });
});

describe('a signal to stop', () => {
  function fakeProcess() {
    const listeners = new Map<string, (signal: string) => void>();
    const exits: number[] = [];
    return {
      exits,
      on: (signal: string, listener: (signal: string) => void) => listeners.set(signal, listener),
      exit: (code: number) => void exits.push(code),
      send: (signal: string) => listeners.get(signal)?.(signal),
    };
  }

  it('stops once and exits with the code of the drain', async () => {
    const target = fakeProcess();
    const signals: string[] = [];
    onStopSignal(async (signal) => signals.push(signal) * 0, new FakeClock(), target);
    target.send('SIGTERM');
    await new Promise((resolve) => setImmediate(resolve));
    expect([signals, target.exits]).toEqual([['SIGTERM'], [0]]);
  });

  it('exits at once when it comes again', () => {
    const target = fakeProcess();
    const clock = new FakeClock();
    onStopSignal(() => new Promise(() => {}), clock, target);
    target.send('SIGTERM');
    expect(target.exits).toEqual([]);
    clock.advance(501);
    target.send('SIGINT');
    expect(target.exits).toEqual([1]);
  });

  it('takes the signal that npm passes on for the one that the terminal sent', () => {
    const target = fakeProcess();
    const clock = new FakeClock();
    onStopSignal(() => new Promise(() => {}), clock, target);
    target.send('SIGINT');
    clock.advance(100);
    target.send('SIGINT');
    expect(target.exits).toEqual([]);
  });

  it('exits with 1 when the stop itself breaks', async () => {
    const target = fakeProcess();
    onStopSignal(() => Promise.reject(new Error('no')), new FakeClock(), target);
    target.send('SIGINT');
    await new Promise((resolve) => setImmediate(resolve));
    expect(target.exits).toEqual([1]);
  });
});
