import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../test/kit/fake-clock.ts';
import { FaultLog } from './fault-log.ts';
import { type Logger, silentLogger } from './logger.ts';

function setUp() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const say = (fields: Readonly<Record<string, unknown>>, message: string) =>
    void lines.push([message, fields.err, fields.failures, fields.seconds].filter((part) => part !== undefined).join(' | '));
  const logger: Logger = { ...silentLogger, info: say, error: say };
  const log = new FaultLog({ clock, logger, what: 'counting' });
  /** Fails once a second. */
  const failFor = (seconds: number, error = new Error('no')) => {
    for (let second = 0; second < seconds; second += 1) {
      log.failed(error);
      clock.advance(1000);
    }
  };
  return { clock, lines, log, failFor };
}

describe('what fails again and again', () => {
  it('has a line when it begins and one when it is over', () => {
    const { clock, lines, log, failFor } = setUp();
    expect(log.isFailing).toBe(false);
    failFor(5);
    expect([lines, log.isFailing, log.faults]).toEqual([['counting fails, and is tried again | Error: no'], true, 5]);
    clock.advance(10_000);
    expect(lines.slice(1)).toEqual(['counting goes on | 5 | 4']);
    expect([log.isFailing, log.faults]).toEqual([false, 5]);
    failFor(1);
    expect(lines.slice(2)).toEqual(['counting fails, and is tried again | Error: no']);
  });

  it('has fewer and fewer lines while it lasts: about one each time it has lasted twice as long, then one an hour', () => {
    const { lines, failFor } = setUp();
    failFor(24 * 3600);
    const seconds = lines.slice(1).map((line) => Number(line.split(' | ').at(-1)));
    expect(seconds.slice(0, 7)).toEqual([60, 120, 240, 480, 960, 1920, 3840]);
    expect(lines.length).toBeLessThan(7 + 24);
    expect(seconds.slice(8).every((second, n) => second - (seconds[n + 7] ?? 0) === 3600)).toBe(true);
  });

  it('has a line for each different error, but not for more than a few', () => {
    const { lines, log } = setUp();
    for (let n = 0; n < 100; n += 1) log.failed(new Error(`no ${n % 50}`));
    expect(lines.length).toBe(5);
    expect(lines[1]).toBe('counting still fails | Error: no 1 | 2 | 0');
  });
});
