import { describe, expect, test } from 'vitest';
import { hasIrcLog, ircMessages } from '../kit/irc-log.ts';
import { replayAtSpeed, replayInTurn } from '../kit/replay.ts';
import { useServer } from '../kit/server-process.ts';

const BUSIEST_HOUR = '2008-04-27T06';

describe.skipIf(!hasIrcLog(2))('the busiest hour of the real log', () => {
  const server = useServer();

  test('ORDER-1 ORDER-2: at 60 times its pace, all members receive the same sequence and history equals it', async () => {
    const log = await ircMessages(BUSIEST_HOUR);
    const replay = await replayAtSpeed(server(), '#ubuntu', log, 60);
    expect(replay).toMatchObject({ findings: [], messages: 969, users: 96 });
  });

  test('ORDER-1 ORDER-2: said one after the other, it equals the file line by line', async () => {
    const log = await ircMessages(BUSIEST_HOUR);
    const replay = await replayInTurn(server(), '#ubuntu-in-turn', log);
    expect(replay).toMatchObject({ findings: [], messages: 969, users: 96 });
    expect(replay.order).toEqual(log.map(({ messageId }) => messageId));
  });
});
