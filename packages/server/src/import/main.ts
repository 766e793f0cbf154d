import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import { openImportTarget } from '../compose-import.ts';
import { describeProblems, readCallFolder, readConfig } from '../config.ts';
import { systemClock } from '../util/clock.ts';
import { type ImportArguments, parseArguments, resolveFrom, USAGE } from './arguments.ts';
import { importFiles } from './import-files.ts';
import { exitCode } from './report.ts';

process.exitCode = await main(process.argv.slice(2));
// Standard input may still be open, and would keep the process waiting for it.
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit();

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv);
  if (parsed.kind === 'help') return say(process.stdout, USAGE, 0);
  if (parsed.kind === 'wrong') return say(process.stderr, `${parsed.message}\n\n${USAGE}`, 2);
  const read = readConfig();
  if (read.kind === 'wrong') return say(process.stderr, `${describeProblems(read.problems)}\n`, 2);
  // Timers of the clock do not keep a process alive, and a pause before a retry may be all that is going on.
  const { port1: awake } = new MessageChannel();
  awake.on('message', () => undefined);
  const named = resolveFrom(readCallFolder(), parsed.arguments);
  try {
    const { store, analytics } = read.config;
    const { url, tokenFile, dataDir = read.config.dataDir } = named;
    const opened = await openImportTarget({ store, analytics, dataDir, url, tokenFile, clock: systemClock });
    if (opened.kind === 'failed') return say(process.stderr, `${opened.message}\n`, 1);
    return await runOn(opened.target, named);
  } finally {
    awake.close();
  }
}

const SAME_SIGNAL_MS = 500;

async function runOn(target: Parameters<typeof importFiles>[1], { files, isStrict }: ImportArguments): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
  process.stderr.write(`Importing into ${target.name}.\n`);
  const { stdin, stdout: out, stderr: err } = process;
  let stoppedAt: number | undefined;
  /** A second Ctrl-C ends the process at once, which harms nothing either; npm passes the first one on, which is no second. */
  function onSignal(): void {
    const now = systemClock.monotonic();
    stoppedAt ??= now;
    if (now - stoppedAt > SAME_SIGNAL_MS) process.exit(130);
    stop.abort();
  }
  try {
    return exitCode(await importFiles(files, target, { stdin, out, err, clock: systemClock, signal: stop.signal }), isStrict);
  } finally {
    await target.close();
  }
}

function say(out: Writable, text: string, code: number): number {
  out.write(text);
  return code;
}

async function flushed(out: Writable): Promise<void> {
  if (out.writableNeedDrain) await once(out, 'drain');
}
