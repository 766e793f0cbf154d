/** @typedef {{ testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] }} Report */
/** @typedef {{ project: string, passed: number, failed: number, skipped: string[], notes: string[] }} Summary */

/** A fault of V8 that takes the process of a test file down, whatever it tests (docs/operations.md, "A known fault of V8"). */
const KNOWN_FAULT = 'Check failed: jit_page.has_value()';

/**
 * The test files to run once more: those whose process died of the known fault, where nothing else went wrong outside of tests.
 * @param {Report | undefined} report
 * @param {string} errors what vitest and its processes wrote to stderr
 * @returns {string[]}
 */
export function diedOfKnownFault(report, errors) {
  const broken = (report?.testResults ?? []).filter(isBroken).map(({ name }) => name);
  const faults = errors.split(KNOWN_FAULT).length - 1;
  const outside = Number(/Vitest caught (\d+) unhandled error/.exec(errors)?.[1] ?? 0);
  return broken.length > 0 && faults === broken.length && outside === broken.length ? broken : [];
}

/**
 * The first run with what the second says of its files.
 * @param {Report} first
 * @param {Report | undefined} second
 * @param {readonly string[]} files
 * @returns {Report}
 */
export const corrected = (first, second, files) => ({
  testResults: [...first.testResults.filter(({ name }) => !files.includes(name)), ...(second?.testResults ?? [])],
});

/** @param {Report['testResults'][number]} file */
const isBroken = (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');

/**
 * What one run of vitest says. A run that ended badly counts as at least one failure, also when no single test failed:
 * a file that does not load, an error outside of any test, a run that died.
 * @param {string} project
 * @param {Report | undefined} report
 * @param {number} exitCode
 * @returns {Summary}
 */
export function summarize(project, report, exitCode) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const count = (/** @type {string} */ status) => tests.filter((test) => test.status === status).length;
  const broken = files.filter(isBroken);
  const notes = broken.map((file) => `${project}: ${file.name} failed outside of its tests`);
  let failed = count('failed') + broken.length;
  if (exitCode !== 0 && failed === 0) {
    failed = 1;
    notes.push(`${project}: vitest ended with ${exitCode}`);
  }
  const skipped = tests
    .filter((test) => test.status !== 'passed' && test.status !== 'failed')
    .map((test) => `${project}: ${test.fullName}`);
  return { project, passed: count('passed'), failed, skipped, notes };
}

/**
 * Adds up runs. Nothing run is a failure, and so is a project that ran nothing although nobody filtered; with CI=true a skip is one too.
 * @param {readonly Summary[]} summaries
 * @param {{ isFiltered: boolean, isCi: boolean }} options
 */
export function judge(summaries, { isFiltered, isCi }) {
  const passed = summaries.reduce((sum, { passed }) => sum + passed, 0);
  let failed = summaries.reduce((sum, { failed }) => sum + failed, 0);
  const notes = summaries.flatMap(({ notes }) => notes);
  const skipped = summaries.flatMap(({ skipped }) => skipped);
  const empty = summaries.filter((run) => run.passed + run.failed === 0);
  if (isFiltered && passed + failed === 0) {
    failed++;
    notes.push('no test matched');
  }
  if (!isFiltered) {
    failed += empty.length;
    notes.push(...empty.map(({ project }) => `${project}: no test ran`));
  }
  const isSkipFailure = isCi && !isFiltered;
  notes.push(...skipped.map((name) => `${isSkipFailure ? 'skipped, which is a failure with CI=true' : 'skipped'}: ${name}`));
  if (isSkipFailure) failed += skipped.length;
  return { passed, failed, skipped: isSkipFailure ? 0 : skipped.length, notes };
}

/** @param {{ passed: number, failed: number, skipped: number }} total */
export const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** @param {{ passed: number, failed: number }} total */
export const isGreen = ({ passed, failed }) => failed === 0 && passed > 0;
