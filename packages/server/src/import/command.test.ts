import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import { systemClock } from '../util/clock.ts';
import { parseArguments, resolveFrom } from './arguments.ts';
import { importFiles } from './import-files.ts';
import { createImporter, type ImportSummary } from './importer.ts';
import type { ImportTarget } from './port.ts';
import { describe as describeProgress } from './progress-view.ts';
import { exitCode, report } from './report.ts';

const SUMMARY: ImportSummary = { read: 0, inserted: 0, repeated: 0, refused: 0, throughLine: 0, refusals: [], end: { kind: 'complete' } };

describe('the arguments of the import command', () => {
  it('are files and options in any order', () => {
    expect(parseArguments(['a.gz', '--strict', '-', '--data-dir', 'd', '--url', 'http://h:1', '--token-file', 't'])).toEqual({
      kind: 'run',
      arguments: { files: ['a.gz', '-'], url: 'http://h:1', dataDir: 'd', tokenFile: 't', isStrict: true },
    });
  });

  it.each([[[]], [['-', '-']], [['--wrong', 'a']], [['a', '--url', 'ftp://h']], [['a', '--url', 'h']], [['a', '--data-dir']]])(
    '%j are wrong',
    (argv) => {
      expect(parseArguments(argv)).toMatchObject({ kind: 'wrong' });
    },
  );

  it('names files as seen from where it was typed', () => {
    const given = { files: ['a.gz', '-', '/b'], url: undefined, dataDir: 'd', tokenFile: undefined, isStrict: false };
    expect(resolveFrom('/home/ada', given)).toEqual({ ...given, files: ['/home/ada/a.gz', '-', '/b'], dataDir: '/home/ada/d' });
  });

  it('may ask for help', () => {
    expect(parseArguments(['--help'])).toEqual({ kind: 'help' });
  });
});

describe('the report of an import', () => {
  it('lists refusals with line numbers and reasons', () => {
    const examples = [
      { line: 3, detail: '"x"' },
      { line: 9, detail: '' },
    ];
    const summary: ImportSummary = {
      ...SUMMARY,
      read: 4_000,
      inserted: 3_000,
      repeated: 995,
      refused: 5,
      refusals: [{ reason: 'bad_json', count: 5, examples }],
    };
    expect(report('log.gz', summary, 2)).toBe(
      [
        'log.gz: 4,000 events read in 2.0 s (2,000 events/s): 3,000 new, 995 already there, 5 refused.',
        '  refused 5 × bad_json: The line is not valid JSON.',
        '    line 3: "x"',
        '    line 9',
        '    … and 3 more',
        '',
      ].join('\n'),
    );
  });

  it('says how far it came when it did not come to the end', () => {
    const text = report('log', { ...SUMMARY, throughLine: 1_700, end: { kind: 'store_failed', message: 'the disk is full' } }, 0);
    expect(text).toContain('Failed: the disk is full. Everything up to line 1,700 is in; running it again goes on without doubling.');
  });

  it('decides the exit code', () => {
    const refused: ImportSummary = { ...SUMMARY, read: 2, refused: 1 };
    expect(exitCode([SUMMARY, { ...SUMMARY, read: 2, refused: 2 }], false)).toBe(1);
    expect(exitCode([SUMMARY, refused], false)).toBe(0);
    expect(exitCode([SUMMARY, refused], true)).toBe(1);
    expect(exitCode([SUMMARY, { ...SUMMARY, end: { kind: 'source_failed', message: '' } }], false)).toBe(1);
    expect(exitCode([{ ...SUMMARY, end: { kind: 'stopped' } }], false)).toBe(130);
  });
});

it('shows percentage, rate and remaining time by the bytes of the file', () => {
  const standing = { name: 'log', size: 1_000, bytesRead: () => 250, progress: () => ({ ...SUMMARY, read: 5_000, refused: 2 }) };
  expect(describeProgress(standing, 2)).toBe('25 %, 5,000 events, 2,500/s, 2 refused, 6 s left');
  expect(describeProgress(standing, 50)).toBe('25 %, 5,000 events, 100/s, 2 refused, 2 min 30 s left');
  expect(describeProgress({ ...standing, size: undefined }, 2)).toBe('5,000 events, 2,500/s, 2 refused');
});

describe('importing files', () => {
  const line = '{"t":1700000000000,"room":"r","user":"u","content":"x"}\n';
  const setUp = (store: Pick<MemoryStore, 'importEvents'>, text = line) => {
    const importer = createImporter({ store, clock: systemClock, onImported: () => undefined });
    const target: ImportTarget = {
      name: 'a store',
      importPieces: (pieces, options) => importer.importLines(pieces, options),
      close: async () => undefined,
    };
    const [out, err] = [new PassThrough(), new PassThrough()];
    const terminal = {
      stdin: Readable.from([Buffer.from(text, 'latin1')]),
      out,
      err,
      clock: systemClock,
      signal: new AbortController().signal,
    };
    return { run: (paths: string[]) => importFiles(paths, target, terminal), said: () => String(out.read()) };
  };

  it('goes on behind a file that is not there', async () => {
    const { run, said } = setUp(new MemoryStore());
    const summaries = await run(['/nowhere/log.gz', '-']);
    expect(summaries.map(({ end, inserted }) => [end.kind, inserted])).toEqual([
      ['source_failed', 0],
      ['complete', 1],
    ]);
    expect(said()).toContain('standard input: 1 event read');
  });

  it('says of a file that is not there only that', async () => {
    const { run, said } = setUp(new MemoryStore());
    await run(['/nowhere/log.gz']);
    expect(said()).toBe('/nowhere/log.gz: there is no such file.\n');
  });

  it('says of something else than JSON lines what it should be', async () => {
    const { run, said } = setUp(new MemoryStore(), '\x89PNG\r\n\x1a\n\0\0\n');
    expect(exitCode(await run(['-']), false)).toBe(1);
    expect(said()).toContain('This is not JSON lines');
    const broken = setUp(new MemoryStore(), '{"t":1}\n');
    await broken.run(['-']);
    expect(broken.said()).not.toContain('This is not JSON lines');
  });

  it('goes no further when the store failed', async () => {
    const { run } = setUp({ importEvents: () => Promise.reject(new Error('bug')) });
    expect((await run(['-', '/nowhere/log.gz'])).map(({ end }) => end.kind)).toEqual(['store_failed']);
  });
});
