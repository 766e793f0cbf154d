import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { STANDARD_INPUT } from './source.ts';

export interface ImportArguments {
  /** `-` is standard input. */
  readonly files: readonly string[];
  /** A server to send to; undefined: the one that holds the data folder, or none. */
  readonly url: string | undefined;
  /** Undefined: `DATA_DIR`. */
  readonly dataDir: string | undefined;
  readonly tokenFile: string | undefined;
  /** Refused lines make the exit code 1. */
  readonly isStrict: boolean;
}

export type ParsedArguments =
  | { readonly kind: 'run'; readonly arguments: ImportArguments }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

export const USAGE = `Usage: npm run import -- FILE… [options]

Imports chat logs: one JSON object a line, plain or gzip; - is standard input.
  {"t": "2024-05-01T12:00:00Z", "room": "general", "user": "alice", "content": "Hello"}
Also "username", "type" (chat, system, join, leave), "messageId", "replyTo".
Running it again with the same file adds nothing twice.

  --data-dir DIR     the server's data folder (default: DATA_DIR, ./data)
  --url URL          send to this server, whoever holds the data folder
  --token-file FILE  the administrator's token for --url (default: admin-token in the data folder)
  --strict           exit with 1 when a line was refused (without it: when every line was)
  --help             this page

While a server holds the data folder the events go through it, otherwise straight into the store.
Exit code: 0 all was read (refused lines are listed), 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.
More: docs/import.md
`;

export function parseArguments(argv: readonly string[]): ParsedArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        'data-dir': { type: 'string' },
        'token-file': { type: 'string' },
        strict: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    const problem = findProblem(positionals, values.url);
    if (problem !== undefined) return { kind: 'wrong', message: problem };
    const { url, 'data-dir': dataDir, 'token-file': tokenFile, strict: isStrict } = values;
    return { kind: 'run', arguments: { files: positionals, url, dataDir, tokenFile, isStrict } };
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
}

/** Paths as they were meant where the command was typed. */
export function resolveFrom(folder: string, given: ImportArguments): ImportArguments {
  const { files, dataDir, tokenFile } = given;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, path));
  return {
    ...given,
    files: files.map((file) => (file === STANDARD_INPUT ? file : resolve(folder, file))),
    dataDir: absolute(dataDir),
    tokenFile: absolute(tokenFile),
  };
}

function findProblem(files: readonly string[], url: string | undefined): string | undefined {
  if (files.length === 0) return 'Which file? Give at least one, or - for standard input.';
  if (files.filter((file) => file === '-').length > 1) return 'Standard input (-) can be read once only.';
  if (url !== undefined && !isHttpUrl(url)) return `--url ${url}: an address like http://127.0.0.1:8080 is needed.`;
  return undefined;
}

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
