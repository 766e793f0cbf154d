import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** A chat message of a log. `atMs`: since 1970. */
export interface LogMessage {
  readonly atMs: number;
  readonly userId: string;
  readonly content: string;
  readonly messageId: string;
}

interface LogLine {
  readonly t: string;
  readonly user: string;
  readonly type: string;
  readonly content?: string;
  readonly messageId?: string;
}

/** Real logs lie beside the checkout, not in it. */
export const IRC_LOG = fileURLToPath(new URL('../../../shared/data/ubuntu-irc.jsonl.gz', import.meta.url));

/** Says whether the logs are there; where they must be (`CI=true`), their absence is an error. */
export function hasIrcLog(tests: number): boolean {
  if (existsSync(IRC_LOG)) return true;
  if (process.env.CI === 'true') throw new Error(`${IRC_LOG} is missing`);
  console.warn(`skipped: ${tests} tests, because ${IRC_LOG} is missing`);
  return false;
}

async function chatLines(): Promise<readonly LogLine[]> {
  const text = gunzipSync(await readFile(IRC_LOG)).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ type }) => type === 'chat');
}

/** The ids of all chat messages, in the order of the file, which is that of time. */
export const ircMessageIds = async (): Promise<string[]> => (await chatLines()).map(({ messageId = '' }) => messageId);

/** The chat messages whose time starts with the prefix, such as `2008-04-27T06`. */
export async function ircMessages(timePrefix: string): Promise<LogMessage[]> {
  const lines = (await chatLines()).filter(({ t }) => t.startsWith(timePrefix));
  return lines.map(({ t, user, content = '', messageId = '' }) => ({ atMs: Date.parse(t), userId: user, content, messageId }));
}
