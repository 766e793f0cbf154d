import { describe, expect, it } from 'vitest';
import { closingLine, corrected, diedOfKnownFault, isGreen, judge, summarize } from './test-summary.mjs';

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

describe('a test file whose process V8 took down', () => {
  const FATAL = '#\n# Fatal error in , line 0\n# Check failed: jit_page.has_value().\n#\n';
  const CAUGHT = 'Vitest caught 1 unhandled error during the test run.';
  const died = { ...file('failed', 'pending', 'pending'), name: 'died.test.ts' };
  const first = report(file('failed', 'passed', 'failed'), died);

  it('is run once more', () => {
    expect(diedOfKnownFault(first, `${FATAL}${CAUGHT}`)).toEqual(['died.test.ts']);
  });

  it('is a failure where anything else took it down, or something else went wrong outside of tests', () => {
    expect(diedOfKnownFault(first, CAUGHT)).toEqual([]);
    expect(diedOfKnownFault(first, `Check failed: something else. ${CAUGHT}`)).toEqual([]);
    expect(diedOfKnownFault(first, `${FATAL}Vitest caught 2 unhandled errors during the test run.`)).toEqual([]);
    expect(diedOfKnownFault(report(died, { ...died, name: 'b.test.ts' }), `${FATAL}${CAUGHT}`)).toEqual([]);
    expect(diedOfKnownFault(report(file('failed', 'failed')), `${FATAL}${CAUGHT}`)).toEqual([]);
    expect(diedOfKnownFault(undefined, `${FATAL}${CAUGHT}`)).toEqual([]);
  });

  it('counts with what its second run said', () => {
    const counted = (second: typeof first | undefined) => summarize('integration', corrected(first, second, ['died.test.ts']), 1);
    expect(counted(report({ ...file('passed', 'passed', 'passed'), name: 'died.test.ts' }))).toMatchObject({
      passed: 3,
      failed: 1,
      skipped: [],
    });
    expect(counted(report({ ...file('failed', 'failed', 'passed'), name: 'died.test.ts' }))).toMatchObject({ passed: 2, failed: 2 });
  });
});
