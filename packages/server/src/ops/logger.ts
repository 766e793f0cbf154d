import pino from 'pino';
import { prettyLine } from './pretty.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** What the rest of the server may log. An error goes into the field `err`. Never a line per message. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger whose lines all carry these fields. */
  child(fields: LogFields): Logger;
  /** Resolves when all lines so far are written, or never where stdout takes none; await it before an exit. */
  flush(): Promise<void>;
}

export interface LogConfig {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** `auto`: text on a terminal, JSON elsewhere. */
  readonly logFormat: 'auto' | 'json' | 'pretty';
}

/** Where lines go; one write per line, or several lines at once. */
export interface LogOutput {
  write(text: string): void;
  flush?(done: (error?: Error | null) => void): void;
}

/** What waits for a reader of stdout that does not read; beyond it lines are lost rather than memory. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** JSON lines on stdout, or text on a terminal. Whatever a value holds, it cannot forge a line or steer a terminal. */
export function createLogger(config: LogConfig, output?: LogOutput): Logger {
  const isPretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY === true);
  // With a `minLength` of 0 it would not wait when it is flushed, and at the exit the last lines overtake one that is being written.
  const target = output ?? pino.destination({ dest: 1, sync: false, minLength: 1, maxLength: MAX_WAITING_BYTES });
  const hasColor = output === undefined && process.stdout.isTTY === true;
  const streamWrite = isPretty ? (line: string) => prettyLine(line, hasColor) : escapeJsonLine;
  const options: pino.LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite },
  };
  const flush = () => new Promise<void>((resolve) => (target.flush === undefined ? resolve() : target.flush(() => resolve())));
  return wrap(pino(options, target), flush);
}

/** For tests and tools that want silence. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
  flush: async () => undefined,
};

function wrap(inner: pino.Logger, flush: () => Promise<void>): Logger {
  return {
    debug: (fields, message) => inner.debug(fields, message),
    info: (fields, message) => inner.info(fields, message),
    warn: (fields, message) => inner.warn(fields, message),
    error: (fields, message) => inner.error(fields, message),
    child: (fields) => wrap(inner.child(fields), flush),
    flush,
  };
}

// JSON already escapes C0 (line breaks, ESC); these are the others that end lines, steer terminals or turn text around.
const UNSAFE = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function escapeJsonLine(line: string): string {
  return line.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
