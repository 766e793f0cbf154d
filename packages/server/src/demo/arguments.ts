import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isHttpUrl } from '../import/arguments.ts';
import { parseTimestamp } from '../import/timestamp.ts';

/** Times in ms since 1970; `to` is not part of it. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface DemoArguments {
  /** Empty: the log beside the checkout, or a made-up conversation. */
  readonly files: readonly string[];
  /** Undefined: the server on this machine, and one of our own where there is none. */
  readonly url: string | undefined;
  /** A server of our own in any case. */
  readonly isStart: boolean;
  /** Seconds of the log in one of ours. */
  readonly speed: number;
  /** Silence is cut to so many seconds of ours. */
  readonly maxGapSeconds: number;
  readonly maxUsers: number;
  /** Undefined: the busiest hour. */
  readonly range: Range | undefined;
  /** In place of the rooms of the log. */
  readonly room: string | undefined;
  /** Undefined: what there is. */
  readonly messages: number | undefined;
  /** A server of our own goes on until Ctrl-C. Undefined: on a terminal. */
  readonly isStaying: boolean | undefined;
}

export type ParsedDemoArguments =
  | { readonly kind: 'run'; readonly arguments: DemoArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

export const USAGE = `Usage: npm run demo -- [FILE…] [options]

Plays chat logs through real WebSocket connections, one for each user, into the server at http://localhost:PORT;
where none runs it starts one in a temporary folder. Files are those of npm run import (docs/import.md). Without one
it plays ../shared/data/ubuntu-irc.jsonl.gz when that is there, otherwise a made-up conversation.

  --speed N        seconds of the log in one second (default: 60)
  --max-gap S      silence takes at most so many seconds (default: 2)
  --max-users N    connections at a time; the least recently active user leaves (default: 150)
  --hour TIME      that hour of the log, such as 2008-04-27T06 (default: the busiest one)
  --from TIME      from then to the end, such as 2008-04-27 or 2008-04-27T06:30Z
  --all            from the beginning to the end
  --room NAME      play into this room
  --messages N     at most so many
  --url URL        play into this server
  --start          start a server even if one runs
  --stay, --no-stay  at the end keep the server that it started until Ctrl-C (default: on a terminal)
  --help           this page

Ctrl-C ends it: users leave, a server that it started stops. A second one ends it at once.
Exit code: 0 played or stopped, 1 failed, 2 wrong usage.
`;

const HOUR_MS = 3_600_000;
const OPTIONS = {
  speed: { type: 'string', default: '60' },
  'max-gap': { type: 'string', default: '2' },
  'max-users': { type: 'string', default: '150' },
  hour: { type: 'string' },
  from: { type: 'string' },
  all: { type: 'boolean', default: false },
  room: { type: 'string' },
  messages: { type: 'string' },
  url: { type: 'string' },
  start: { type: 'boolean', default: false },
  stay: { type: 'boolean' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Thrown inside this file only. */
class Wrong extends Error {}

export function parseDemoArguments(argv: readonly string[]): ParsedDemoArguments {
  try {
    const { values, positionals: files } = parseArgs({ args: [...argv], allowPositionals: true, allowNegative: true, options: OPTIONS });
    if (values.help) return { kind: 'help' };
    const { url, room, start: isStart, stay: isStaying } = values;
    if (files.includes('-')) throw new Wrong('The log is read twice, so it cannot be standard input: give a file.');
    if (url !== undefined && !isHttpUrl(url)) throw new Wrong(`--url ${url}: an address like http://127.0.0.1:8080 is needed.`);
    if (url !== undefined && isStart) throw new Wrong('--url and --start: one or the other.');
    const parsed: DemoArguments = {
      files,
      url,
      isStart,
      isStaying,
      room,
      speed: numberOf('--speed', values.speed, 0.01, 1_000_000),
      maxGapSeconds: numberOf('--max-gap', values['max-gap'], 0, 86_400),
      maxUsers: wholeNumberOf('--max-users', values['max-users'], 10_000),
      messages: values.messages === undefined ? undefined : wholeNumberOf('--messages', values.messages, Number.MAX_SAFE_INTEGER),
      range: rangeOf(values),
    };
    return { kind: 'run', arguments: parsed };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Paths as they were meant where the command was typed. */
export function resolveFiles(folder: string, files: readonly string[]): readonly string[] {
  return files.map((file) => resolve(folder, file));
}

function rangeOf({ hour, from, all }: { hour?: string; from?: string; all: boolean }): Range | undefined {
  if ([hour !== undefined, from !== undefined, all].filter(Boolean).length > 1) throw new Wrong('--hour, --from and --all: one of them.');
  if (all) return { from: 0, to: Number.POSITIVE_INFINITY };
  if (from !== undefined) return { from: timeOf('--from', from), to: Number.POSITIVE_INFINITY };
  if (hour === undefined) return undefined;
  const start = Math.floor(timeOf('--hour', hour) / HOUR_MS) * HOUR_MS;
  return { from: start, to: start + HOUR_MS };
}

/** A day, an hour or more, in UTC when no zone is given. */
function timeOf(option: string, text: string): number {
  const padded = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : /^\d{4}-\d\d-\d\d[T ]\d\d$/.test(text) ? `${text}:00` : text;
  const time = parseTimestamp(padded) ?? parseTimestamp(`${padded}Z`);
  if (time === undefined) throw new Wrong(`${option} ${text}: a time like 2008-04-27T06 or 2008-04-27T06:30:00Z is needed.`);
  return time;
}

function wholeNumberOf(option: string, text: string, most: number): number {
  const value = numberOf(option, text, 1, most);
  if (!Number.isInteger(value)) throw new Wrong(`${option} ${text}: a whole number is needed.`);
  return value;
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most)) throw new Wrong(`${option} ${text}: a number from ${least} to ${most} is needed.`);
  return value;
}
