import type { AnswerContext } from './query/answer.ts';
import type { Question, Reply } from './query/question.ts';

/** Where questions about what was counted are asked. */
export interface Questions {
  /** Rejects with StoreUnavailable when it cannot be answered now. */
  ask(question: Question, context: AnswerContext): Promise<Reply>;
  close(): Promise<void>;
}
