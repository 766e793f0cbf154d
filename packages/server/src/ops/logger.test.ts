import { describe, expect, it } from 'vitest';
import { createLogger, type LogConfig } from './logger.ts';

const NASTY = 'a\r\n{"level":"error","msg":"forged"}\u001b[2J\u009b31m\u202e\u2028\u0007';

function logged(config: LogConfig, say: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  say(createLogger(config, { write: (line) => (text += line) }));
  return text;
}

describe('the log', () => {
  it('is one JSON object a line', () => {
    const text = logged({ logLevel: 'info', logFormat: 'json' }, (logger) => logger.child({ part: 'hub' }).warn({ rooms: 3 }, 'full'));
    expect(JSON.parse(text)).toEqual({ level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/), part: 'hub', rooms: 3, msg: 'full' });
  });

  it('leaves out what is less severe than its level', () => {
    const text = logged({ logLevel: 'warn', logFormat: 'json' }, (logger) => {
      logger.debug({}, 'no');
      logger.info({}, 'no');
      logger.error({ err: new Error('yes') }, 'yes');
    });
    expect(JSON.parse(text).err.stack).toContain('Error: yes');
  });

  it.each(['json', 'pretty'] as const)('OPS-1: cannot be forged or made to steer a terminal by what it holds, as %s', (logFormat) => {
    const text = logged({ logLevel: 'info', logFormat }, (logger) => logger.info({ [NASTY]: NASTY, deep: { name: NASTY } }, NASTY));
    expect(text.match(/\n/g)).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  });

  it('keeps in JSON what it escapes', () => {
    const text = logged({ logLevel: 'info', logFormat: 'json' }, (logger) => logger.info({ name: NASTY }, 'x'));
    expect(JSON.parse(text).name).toBe(NASTY);
  });

  it('shows people time, level, message, fields, and an indented stack', () => {
    const error = new Error('one\nforged line');
    const text = logged({ logLevel: 'info', logFormat: 'pretty' }, (logger) => logger.error({ port: 80, err: error }, 'cannot listen'));
    const [head, ...stack] = text.trimEnd().split('\n');
    expect(head).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR cannot listen {2}port=80$/);
    expect(stack.every((line) => line.startsWith('    '))).toBe(true);
    expect(stack[0]).toBe('    Error: one');
  });

  it('can be waited for', async () => {
    await expect(createLogger({ logLevel: 'info', logFormat: 'json' }, { write: () => undefined }).flush()).resolves.toBeUndefined();
  });
});
