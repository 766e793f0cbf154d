// Runs the test projects one after the other and ends with one line: `N passed, N failed` (and `, N skipped`).
//   node scripts/test.mjs [--only PROJECT]… [vitest filters and options]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine, isGreen, judge, summarize } from './test-summary.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { projects, forwarded } = readArguments(process.argv.slice(2));
const isFiltered = forwarded.length > 0;
const reports = mkdtempSync(join(tmpdir(), 'hubbub-tests-'));
const summaries = [];
try {
  for (const project of projects) summaries.push(run(project));
} finally {
  rmSync(reports, { recursive: true, force: true });
}
const total = judge(summaries, { isFiltered, isCi: process.env.CI === 'true' });
for (const note of total.notes) console.log(note);
console.log(closingLine(total));
process.exitCode = isGreen(total) ? 0 : 1;

function readArguments(args) {
  const only = [];
  const rest = [];
  for (let index = 0; index < args.length; index++) {
    if (args[index] === '--only') only.push(args[++index]);
    else rest.push(args[index]);
  }
  return { projects: only.length > 0 ? only : ['architecture', 'unit', 'integration'], forwarded: rest };
}

function run(project) {
  console.log(`\n── ${project} ──`);
  const file = join(reports, `${project}.json`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    '--passWithNoTests',
    ...forwarded,
  ];
  const { status } = spawnSync(process.execPath, [vitest, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return summarize(project, readReport(file), status ?? 1);
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
