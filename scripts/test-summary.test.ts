import { describe, expect, it } from 'vitest';
import { closingLine, isGreen, judge, summarize } from './test-summary.mjs';

const file = (status: string, ...statuses: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: statuses.map((each, index) => ({ status: each, fullName: `test ${index}` })),
});
const report = (...files: ReturnType<typeof file>[]) => ({ testResults: files });
const local = { isFiltered: false, isCi: false };

describe('the closing line of the test run', () => {
  it('adds up all projects', () => {
    const runs = [
      summarize('unit', report(file('passed', 'passed', 'passed')), 0),
      summarize('integration', report(file('failed', 'passed', 'failed')), 1),
    ];
    expect(closingLine(judge(runs, local))).toBe('3 passed, 1 failed');
  });

  it('counts a file that does not load as a failure', () => {
    const total = judge([summarize('unit', report(file('failed'), file('passed', 'passed')), 1)], local);
    expect(closingLine(total)).toBe('1 passed, 1 failed');
    expect(isGreen(total)).toBe(false);
  });

  it('counts a run that died, or ended badly without a failed test, as a failure', () => {
    expect(judge([summarize('unit', undefined, 1)], local).failed).toBeGreaterThan(0);
    expect(judge([summarize('unit', report(file('passed', 'passed')), 1)], local).failed).toBe(1);
  });

  it('is red when a project ran nothing', () => {
    const runs = [summarize('unit', report(file('passed', 'passed')), 0), summarize('integration', report(), 0)];
    expect(isGreen(judge(runs, local))).toBe(false);
    expect(isGreen(judge(runs, { ...local, isFiltered: true }))).toBe(true);
  });

  it('is red when a filter matches nothing', () => {
    expect(isGreen(judge([summarize('unit', report(), 0)], { isFiltered: true, isCi: false }))).toBe(false);
  });

  it('shows skips, and takes them for failures in continuous integration', () => {
    const runs = [summarize('unit', report(file('passed', 'passed', 'pending', 'skipped')), 0)];
    expect(closingLine(judge(runs, local))).toBe('1 passed, 0 failed, 2 skipped');
    expect(closingLine(judge(runs, { isFiltered: false, isCi: true }))).toBe('1 passed, 2 failed');
  });
});
