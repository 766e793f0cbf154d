// The benchmark of analytics: `npm run bench -- analytics`. See README.md in the folder above.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPrograms } from '../runner/build.ts';
import { BUILD_DIR, RESULTS_DIR, ROOT_DIR } from '../runner/places.ts';
import { type ChatOptions, startOfChat } from './chat/generate.ts';
import { DAY_MS } from './chat/rhythm.ts';
import { writeEvents } from './events.ts';
import { interrogate } from './interrogate.ts';
import { countRest, loadAnalytics, loadLog } from './load.ts';
import { loadApart } from './load-apart.ts';
import { askedLines, loadLines } from './report.ts';
import { compareRollups } from './same-rollups.ts';

const STAGES = ['check', 'load', 'ask'] as const;

const HELP = `npm run bench -- analytics [stages] [options]

stages: check (the bulk load keeps what an import keeps), load (into a store, timed), ask (the server on that store); all by default
        generate (JSON lines for npm run import, to --out)
  --messages N    28000000       --rooms N 400       --years N 3       --seed N 1
  --end TIME      where the chat ends (default: the beginning of this day, UTC)
  --dir DIR       the store (default: bench/build/analytics; stays there, so that "ask" can be run again)
  --minutes N     the load is given up after so many (default 90)
  --rounds N      of some 290 question shapes each (default 5)
  --chat S        seconds of W4, without questions and with them (default 20; 0: leave it out)
  --out FILE      of generate (default: standard output)
  --label TEXT    stands in the name of the results file`;

const CHECKED_MESSAGES = 200_000;
const CHECKED_YEARS = 20 / 365.25;

function parseCommandLine() {
  const args = process.argv.slice(2);
  return parseArgs({
    args: args[0] === 'analytics' ? args.slice(1) : args,
    allowPositionals: true,
    options: {
      messages: { type: 'string', default: '28000000' },
      rooms: { type: 'string', default: '400' },
      years: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      end: { type: 'string' },
      dir: { type: 'string', default: join(BUILD_DIR, 'analytics') },
      rounds: { type: 'string', default: '5' },
      chat: { type: 'string', default: '20' },
      out: { type: 'string', default: '-' },
      minutes: { type: 'string', default: '90' },
      label: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
}

type Values = ReturnType<typeof parseCommandLine>['values'];

function chatOf(values: Values): ChatOptions {
  const endT = values.end === undefined ? Math.floor(Date.now() / DAY_MS) * DAY_MS : Date.parse(values.end);
  if (!Number.isFinite(endT)) throw new Error(`--end is a time, not ${values.end}`);
  const [messages, rooms, years, seed] = [values.messages, values.rooms, values.years, values.seed].map((text) => {
    if (!(Number(text) > 0)) throw new Error(`${text} is no positive number`);
    return Number(text);
  }) as [number, number, number, number];
  return { messages, rooms, years, seed, endT };
}

/** The same messages by the import as people run it, and by the bulk load. */
function check(chat: ChatOptions): unknown {
  const dir = mkdtempSync(join(tmpdir(), 'hubbub-analytics-'));
  try {
    const sample = { ...chat, messages: Math.min(chat.messages, CHECKED_MESSAGES), years: Math.min(chat.years, CHECKED_YEARS) };
    const events = join(dir, 'events.jsonl');
    writeEvents(events, sample);
    const command = ['run', '--silent', 'import', '--', events, '--data-dir', join(dir, 'imported')];
    const startedAt = performance.now();
    const result = spawnSync('npm', command, { cwd: ROOT_DIR, encoding: 'utf8' });
    const importSeconds = (performance.now() - startedAt) / 1000;
    if (result.status !== 0) throw new Error(`the import failed:\n${result.stdout}\n${result.stderr}`);
    loadLog(join(dir, 'loaded'), sample, () => {});
    loadAnalytics(join(dir, 'loaded'), Date.now(), () => {});
    // What an import leaves to be counted later is counted, in the way of a server that starts.
    countRest(join(dir, 'imported'), Date.now());
    const comparison = compareRollups(join(dir, 'imported'), join(dir, 'loaded'));
    const { containers, equalBytes, equalRanked, rankedWithinBounds, differences } = comparison;
    console.log(
      `check: ${sample.messages} messages imported (${Math.round(sample.messages / importSeconds).toLocaleString('en-US')}/s with its start) and loaded: ` +
        `${containers} summaries, of which ${equalBytes} have equal bytes; ${equalRanked} ranked slots equal by word, ` +
        `${rankedWithinBounds} within their bounds, ${differences.length === 0 ? 'nothing differs' : 'DIFFERENT:'}`,
    );
    for (const difference of differences) console.log(`  ${difference}`);
    return { importSeconds, ...comparison };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function load(chat: ChatOptions, { dir, minutes }: Values): Promise<unknown> {
  const { log, analytics } = await loadApart({ dir, chat, nowT: Date.now() }, Number(minutes));
  writeFileSync(join(dir, MARK), JSON.stringify(chat));
  console.log(`\nload: ${chat.messages.toLocaleString('en-US')} messages, ${chat.rooms} rooms, ${chat.years} years`);
  for (const line of loadLines(log, analytics)) console.log(`  ${line}`);
  return { log, analytics };
}

/** What a store was loaded with, beside it. */
const MARK = 'chat.json';

async function ask(dir: string, values: Values): Promise<unknown> {
  if (!existsSync(join(dir, MARK))) throw new Error(`${dir} holds no loaded store: run the stage "load" first`);
  const chat = JSON.parse(readFileSync(join(dir, MARK), 'utf8')) as ChatOptions;
  buildPrograms();
  const asked = { rooms: chat.rooms, startT: startOfChat(chat), endT: chat.endT };
  const options = { rounds: Number(values.rounds), seed: Number(values.seed), chatSeconds: Number(values.chat) };
  const found = await interrogate({ dataDir: dir, asked, ...options });
  console.log('\nask:');
  for (const line of askedLines(found)) console.log(`  ${line}`);
  if ([...found.answers, ...found.newZones].some(({ problem }) => problem !== undefined)) process.exitCode = 1;
  return found;
}

async function main(): Promise<void> {
  const { values, positionals } = parseCommandLine();
  if (values.help) {
    console.log(HELP);
    return;
  }
  const chat = chatOf(values);
  if (positionals.includes('generate')) {
    writeEvents(values.out, chat);
    return;
  }
  const unknown = positionals.find((each) => !(STAGES as readonly string[]).includes(each));
  if (unknown !== undefined) throw new Error(`no stage ${unknown}; there are ${STAGES.join(', ')} and generate`);
  const does = (stage: (typeof STAGES)[number]): boolean => positionals.length === 0 || positionals.includes(stage);
  const startedAt = performance.now();
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', kernel: release(), node: process.version };
  const results = {
    machine,
    chat,
    ...(does('check') ? { check: check(chat) } : {}),
    ...(does('load') ? { load: await load(chat, values) } : {}),
    ...(does('ask') ? { ask: await ask(values.dir, values) } : {}),
  };
  mkdirSync(RESULTS_DIR, { recursive: true });
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const path = join(RESULTS_DIR, `${stamp}-analytics${values.label === '' ? '' : `-${values.label}`}.json`);
  writeFileSync(path, `${JSON.stringify(results, undefined, 1)}\n`);
  console.log(`\n${((performance.now() - startedAt) / 60_000).toFixed(1)} min in all; written to ${path}`);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
