import { readFileSync } from 'node:fs';
import { compose } from './compose.ts';
import { describeProblems, readConfig } from './config.ts';
import { drain, onStopSignal } from './ops/drain.ts';
import { createLogger, type Logger } from './ops/logger.ts';
import { explainStartFailure } from './ops/start-failure.ts';
import { systemClock } from './util/clock.ts';

/** config → compose → start → signal → drain. No logic. */

const LOG_WAIT_MS = 1000;
let isEnding = false;

const outcome = readConfig();
if (outcome.kind === 'wrong') {
  process.stderr.write(`${describeProblems(outcome.problems)}\n`);
  process.exit(1);
}
const { config } = outcome;
const logger = createLogger(config);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

// Who reads the log may go away (a closed terminal, an ended pipe); the chat stays. Without this the failed write would be an uncaught
// exception, told on stderr by another failed write, and so on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.on('uncaughtException', (error) => void die(logger, error, 'uncaught exception'));
process.on('unhandledRejection', (error) => void die(logger, error, 'unhandled rejection'));

try {
  const starting = compose(config, systemClock, logger, version);
  // From the first moment on: a stop while it starts is a clean one too, as soon as it has started.
  onStopSignal(async (signal) => {
    logger.info({ signal }, 'stopping');
    const node = await starting;
    const code = await drain(node.drainSteps, { clock: systemClock, logger, unstored: () => node.unstored() });
    await written(logger);
    return code;
  }, systemClock);
  const node = await starting;
  logger.info({ url: node.url, version, store: config.store, node: process.version }, 'listening');
  await written(logger);
  process.stdout.write(`Hubbub is open to everyone at ${node.url} (open mode: no sign-in, anyone may read and write)\n`);
} catch (error) {
  const reason = explainStartFailure(error, config);
  // What the operator can mend is said once, like a wrong setting, to whoever started it.
  await (reason === undefined ? die(logger, error, 'cannot start') : end(logger, `cannot start: ${reason}`));
}

async function die(log: Logger, error: unknown, what: string): Promise<void> {
  log.error({ err: error }, what);
  return end(log, `${what}: ${error instanceof Error ? error.message : String(error)}`);
}

async function end(log: Logger, message: string): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  process.stderr.write(`${message}\n`);
  await written(log);
  process.exit(1);
}

/** Not for longer than a reader of stdout may take. */
async function written(log: Logger): Promise<void> {
  await Promise.race([log.flush(), new Promise<void>((resolve) => systemClock.after(LOG_WAIT_MS, resolve))]);
}
