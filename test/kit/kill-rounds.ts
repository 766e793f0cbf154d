import { TestClient } from './client.ts';
import { CrashSender, crashFindings } from './crash-senders.ts';
import type { Message, Position } from './frames.ts';
import { fullHistory } from './http.ts';
import type { Rng } from './rng.ts';
import type { ServerProcess } from './server-process.ts';
import { sleep, within } from './wait.ts';

export interface KillPlan {
  readonly rounds: number;
  readonly senders: number;
  /** How long a round lasts, ms. */
  readonly roundMs: readonly [low: number, high: number];
  /** Done to a running server somewhere within a round; its answer is undone before the restart. */
  readonly fault?: (server: ServerProcess, rng: Rng) => Promise<() => Promise<void>>;
}

export interface KillReport {
  readonly findings: readonly string[];
  readonly acked: number;
  readonly stored: number;
  readonly recovered: number;
  readonly told: number;
}

const ROOM = 'crash';

/** The head of the room before anything is said in the epoch of this process. */
async function base(server: ServerProcess): Promise<Position> {
  const observer = await TestClient.join(server, { userId: 'observer', rooms: [ROOM] });
  const [{ epoch, seq } = { epoch: '', seq: 0 }] = observer.joins;
  observer.cut();
  return { epoch, seq };
}

/** Kills the server again and again while senders send; checks all of history after each restart. Answers the last server and what was found. */
export async function killRounds(
  first: ServerProcess,
  plan: KillPlan,
  rng: Rng,
  onServer: (server: ServerProcess) => void,
): Promise<KillReport> {
  const senders = Array.from({ length: plan.senders }, (_, i) => new CrashSender(`s${i}`, ROOM, rng));
  const bases: Position[] = [await base(first)];
  let server = first;
  let history: readonly Message[] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    await Promise.all(senders.map((sender) => sender.start(server)));
    await sleep(rng.between(...plan.roundMs));
    const undo = await plan.fault?.(server, rng);
    await server.kill9();
    await Promise.all(senders.map((sender) => within('the connections end', sender.stop())));
    await undo?.();
    for (const sender of senders) sender.disconnected();
    server = await server.restart();
    onServer(server);
    bases.push(await base(server));
    history = await fullHistory(server, ROOM);
    const findings = crashFindings(history, bases, senders, ROOM, plan.fault === undefined);
    if (findings.length > 0) return report(history, senders, [`after kill ${round}:`, ...findings]);
  }
  await Promise.all(senders.map((sender) => sender.start(server)));
  await sleep(500);
  await Promise.all(senders.map((sender) => within('all is acked in the end', sender.stop(), 30_000)));
  history = await fullHistory(server, ROOM);
  const unsent = senders.filter((sender) => sender.pending > 0).map((sender) => `${sender.userId} has ${sender.pending} unacked`);
  return report(history, senders, [...unsent, ...crashFindings(history, bases, senders, ROOM, plan.fault === undefined)]);
}

function report(history: readonly Message[], senders: readonly CrashSender[], findings: readonly string[]): KillReport {
  const resumes = senders.flatMap((sender) => sender.resumes);
  const recovered = resumes.filter(({ joined }) => joined.recovered === true).length;
  const acked = senders.reduce((sum, sender) => sum + sender.ackedIds.size, 0);
  return { findings, acked, stored: history.length, recovered, told: resumes.length - recovered };
}
