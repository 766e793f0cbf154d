import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/** What the public snapshot counts: chat messages that are stored. */
export async function totalMessages(base: string): Promise<number> {
  const response = await fetch(`${base}/api/analytics`);
  if (!response.ok) throw new Error(`/api/analytics answered ${response.status}`);
  const { totalMessages: total } = (await response.json()) as { totalMessages?: unknown };
  if (typeof total !== 'number') throw new Error('/api/analytics has no totalMessages');
  return total;
}

export type Backlog = { readonly seconds: number; readonly missing: number };

/** Waits until all accepted messages are stored: how long that took after the load had ended, and how many never came. */
export async function awaitStored(base: string, expected: number): Promise<Backlog> {
  const began = performance.now();
  for (;;) {
    const seconds = (performance.now() - began) / 1000;
    const missing = expected - (await totalMessages(base));
    if (missing <= 0 || seconds * 1000 > PATIENCE_MS) return { seconds, missing };
    await sleep(20);
  }
}

/** Counts the rows in the stopped server's file: what the snapshot says is not taken on trust. */
export function storedRows(dataDir: string): number {
  const file = readdirSync(dataDir).find((name) => /\.(db|sqlite3?)$/.test(name));
  if (file === undefined) throw new Error(`no database in ${dataDir}`);
  const db = new DatabaseSync(join(dataDir, file), { readOnly: true });
  try {
    return Number(db.prepare('select count(*) as n from messages').get()?.n ?? 0);
  } finally {
    db.close();
  }
}
