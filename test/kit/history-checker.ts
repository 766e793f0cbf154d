import type { Message, Position } from './frames.ts';

/** A message as one receiver saw it. */
export interface Seen {
  readonly messageId: string;
  readonly userId: string;
  readonly content: string;
  readonly seq: number;
}

type Stored = Pick<Message, 'messageId' | 'userId' | 'content' | 'seq'>;

const FEW = 5;

/** Long lists of findings are cut: the first ones say what is wrong. */
const few = (findings: readonly string[]): string[] =>
  findings.length <= FEW ? [...findings] : [...findings.slice(0, FEW), `… and ${findings.length - FEW} more`];

export function missingIds(expected: Iterable<string>, found: readonly Pick<Message, 'messageId'>[]): string[] {
  const ids = new Set(found.map((message) => message.messageId));
  return few([...expected].filter((id) => !ids.has(id)).map((id) => `missing: ${id}`));
}

export function repeatedIds(found: readonly Pick<Message, 'messageId'>[]): string[] {
  const ids = new Set<string>();
  const findings: string[] = [];
  for (const { messageId } of found) {
    if (ids.has(messageId)) findings.push(`twice: ${messageId}`);
    ids.add(messageId);
  }
  return few(findings);
}

/** Each sender's contents must carry its own ascending number, which `numberOf` reads. */
export function senderDisorder(found: readonly Pick<Stored, 'userId' | 'content'>[], numberOf: (content: string) => number): string[] {
  const last = new Map<string, number>();
  const findings: string[] = [];
  for (const { userId, content } of found) {
    const number = numberOf(content);
    const before = last.get(userId);
    if (before !== undefined && number <= before) findings.push(`of ${userId}: ${number} after ${before}`);
    last.set(userId, number);
  }
  return few(findings);
}

/**
 * Holes in the `seq` of one room. Where a `seq` is not the one before plus one, it must be the first of an epoch: `bases` are the
 * heads of epochs before anything was said in them (the first message of such an epoch has `seq` + 1).
 */
export function holes(found: readonly Pick<Stored, 'seq'>[], bases: readonly Position[]): string[] {
  const firsts = new Set(bases.map((base) => base.seq + 1));
  const findings: string[] = [];
  let last: number | undefined;
  for (const { seq } of found) {
    if (seq === undefined) findings.push('a message without seq');
    else if (last !== undefined && seq <= last) findings.push(`seq ${seq} after ${last}`);
    else if (last !== undefined && seq !== last + 1 && !firsts.has(seq)) findings.push(`hole between seq ${last} and ${seq}`);
    last = seq ?? last;
  }
  return few(findings);
}

/** The same `seq` must be the same message for everybody, in history and on every connection, over all epochs of a room. */
export function reusedSeqs(receivers: Iterable<readonly Pick<Stored, 'messageId' | 'seq'>[]>): string[] {
  const byPlace = new Map<number, string>();
  const findings: string[] = [];
  for (const messages of receivers) {
    for (const { messageId, seq } of messages) {
      if (seq === undefined) continue;
      const before = byPlace.get(seq);
      if (before === undefined) byPlace.set(seq, messageId);
      else if (before !== messageId) findings.push(`seq ${seq} is ${before} and ${messageId}`);
    }
  }
  return few(findings);
}

/** The head of what history has of an epoch, which ends in the next base; of all history where none follows. */
export function lastStoredOf(epoch: string, found: readonly Pick<Stored, 'seq'>[], bases: readonly Position[]): number {
  const end = bases[bases.findIndex((base) => base.epoch === epoch) + 1]?.seq ?? Number.POSITIVE_INFINITY;
  return found.reduce((last, { seq = 0 }) => (seq <= end ? Math.max(last, seq) : last), 0);
}

/**
 * Whether a replay brought what is stored, in order, and nothing else. It may have brought messages too young to be stored, which the
 * next crash took: they come last, and are later than all that is stored of their epoch.
 */
export function isReplayOf(stored: readonly (number | undefined)[], replayed: readonly number[], lastStored: number): boolean {
  const isStored = stored.every((seq, i) => replayed[i] === seq);
  return isStored && replayed.slice(stored.length).every((seq) => seq > lastStored);
}

/** One connection's messages of a room must come in ascending order, none twice. */
export function receiverDisorder(name: string, messages: readonly Pick<Stored, 'seq'>[]): string[] {
  const findings: string[] = [];
  let last = -1;
  for (const { seq = -1 } of messages) {
    if (seq <= last) findings.push(`${name}: seq ${seq} after ${last}`);
    last = seq;
  }
  return few(findings);
}

/** Everyone must have received exactly this sequence of ids. */
export function differing(expected: readonly string[], receivers: ReadonlyMap<string, readonly Pick<Stored, 'messageId'>[]>): string[] {
  const findings: string[] = [];
  for (const [name, messages] of receivers) {
    const at = expected.findIndex((id, index) => messages[index]?.messageId !== id);
    if (at !== -1) findings.push(`${name}: differs at ${at}: ${messages[at]?.messageId} instead of ${expected[at]}`);
    else if (messages.length !== expected.length) findings.push(`${name}: ${messages.length} messages instead of ${expected.length}`);
  }
  return few(findings);
}
