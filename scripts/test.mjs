// Runs the test projects one after the other and ends with one line: `N passed, N failed` (and `, N skipped`).
//   node scripts/test.mjs [--only PROJECT]… [vitest filters and options]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine, corrected, diedOfKnownFault, isGreen, judge, summarize } from './test-summary.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { projects, forwarded } = readArguments(process.argv.slice(2));
const isFiltered = forwarded.length > 0;
const reports = mkdtempSync(join(tmpdir(), 'hubbub-tests-'));
const summaries = [];
let runs = 0;
try {
  for (const project of projects) summaries.push(await run(project));
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

async function run(project) {
  console.log(`\n── ${project} ──`);
  const { status, report, errors } = await vitest(project, forwarded);
  const died = diedOfKnownFault(report, errors);
  if (died.length === 0) return summarize(project, report, status);
  console.log(`\n── ${project}: V8 took down the process of ${died.join(', ')}; once more ──`);
  const again = await vitest(project, died);
  const whole = corrected(report, again.report, died);
  const hasFailed = whole.testResults.some((file) => file.status === 'failed');
  const summary = summarize(project, whole, hasFailed ? status : again.status);
  return { ...summary, notes: [...summary.notes, `${project}: run twice, as V8 took the first process down: ${died.join(', ')}`] };
}

/** Its output is shown as it comes; what it writes to stderr is answered too. */
async function vitest(project, filters) {
  runs += 1;
  const file = join(reports, `${project}-${runs}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, '--passWithNoTests'];
  const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args, ...filters], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    process.stderr.write(text);
    errors += text;
  });
  const [code] = await once(child, 'close');
  return { status: code ?? 1, report: readReport(file), errors };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
