import type { AskedRepair, NamedRepair, RepairBeginning } from './engine/ports.ts';
import type { AnswerContext } from './query/answer.ts';
import type { Question, Reply } from './query/question.ts';
import type { RecountQuestion, RecountStep } from './query/recounts.ts';
import type { RequestContext } from './request/parse.ts';

/** Where questions about what was counted are asked. */
export interface Questions {
  /** To be awaited before a question: as far as can be done soon, what was stored more than a second ago is counted then. */
  ready(): Promise<void>;
  /** Rejects with StoreUnavailable when it cannot be answered now. */
  ask(question: Question, context: AnswerContext): Promise<Reply>;
  /** A recount, in pieces between which questions are answered: `beginRecount`, then `stepRecount` while it is going. One at a time. */
  beginRecount(question: RecountQuestion, context: RequestContext): Promise<RecountStep>;
  stepRecount(): Promise<RecountStep>;
  close(): Promise<void>;
}

/** Where repairs are asked for. Rejects with StoreUnavailable when that cannot be now. */
export interface Repairing {
  /** In the background, one at a time. */
  beginRepair(asked: AskedRepair): Promise<RepairBeginning>;
  /** The last that was begun since the start, running or over. */
  lastRepair(): Promise<NamedRepair | undefined>;
}
