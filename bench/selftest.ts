// Does the load generator see what it is there to see? Plants a fault in the plain peer and expects the run to fail by the right name.
import { buildPrograms, programPath } from './runner/build.ts';
import { peerNamed } from './runner/peers.ts';
import { BENCH_DIR } from './runner/places.ts';
import { freePort, startAt, stop, waitUntilReady } from './runner/processes.ts';
import type { LoadLine } from './runner/session.ts';

/** One message in 500 goes wrong for one member: W2 sends that many in a second or two. */
const LOAD_ARGS = ['w2', '--members', '20', '--senders', '20', '--warmup', '0.5', '--seconds', '1.5', '--drain', '1'];

type Expectation = { readonly fault: string; readonly sees: readonly string[] };

const EXPECTATIONS: readonly Expectation[] = [
  { fault: '', sees: [] },
  { fault: 'drop', sees: ['missing'] },
  { fault: 'double', sees: ['doubled'] },
  { fault: 'swap', sees: ['roomsDisagreeing'] },
  { fault: 'late', sees: ['outOfOrder'] },
];

async function runWithFault(fault: string): Promise<{ readonly exit: number | null; readonly load: LoadLine }> {
  const port = await freePort();
  const command = peerNamed('plain-ws').command(port, '');
  const server = startAt(0, { ...command, env: { ...command.env, FAULT: fault } });
  try {
    await waitUntilReady(server, `http://127.0.0.1:${port}/health`);
    const running = startAt(1, { argv: [programPath('load'), ...LOAD_ARGS, '--port', String(port)], cwd: BENCH_DIR, env: {} });
    const exit = await running.exited;
    const line = running
      .lastWords()
      .split('\n')
      .find((text) => text.startsWith('{'));
    if (line === undefined) throw new Error(`the load generator said: ${running.lastWords()}`);
    return { exit, load: JSON.parse(line) as LoadLine };
  } finally {
    await stop(server);
  }
}

async function isAsExpected({ fault, sees }: Expectation): Promise<boolean> {
  const { exit, load } = await runWithFault(fault);
  const shouldPass = sees.length === 0;
  const asExpected = load.ok === shouldPass && (exit === 0) === shouldPass && sees.every((name) => (load.checks[name] ?? 0) > 0);
  console.log(`${asExpected ? 'ok  ' : 'FAIL'} fault ${fault || 'none'}: exit ${exit}, ${JSON.stringify(load.checks)}`);
  return asExpected;
}

buildPrograms();
let failures = 0;
for (const expectation of EXPECTATIONS) if (!(await isAsExpected(expectation))) failures++;
process.exitCode = failures === 0 ? 0 : 1;
