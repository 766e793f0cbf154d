import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { IRC_LOG } from '../../../../test/kit/irc-log.ts';
import type { OracleEvent } from './events.ts';

/** Every line of the real logs: 196,573 messages, 15,739 joins and 2,567 leaves of one room, 2004 to 2018, by minutes. Ask `hasIrcLog` first. */
export async function readRealLog(): Promise<readonly OracleEvent[]> {
  const text = gunzipSync(await readFile(IRC_LOG)).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OracleEvent);
}
