import type { RawQuery } from '../request/fields.ts';
import type { Problem } from '../request/problem.ts';

/** What can be asked, by the last part of its path below /api/analytics. */
export const QUESTION_PATHS = ['series', 'summary', 'top', 'heatmap', 'retention', 'moments', 'active', 'catalogue'] as const;
export type QuestionPath = (typeof QUESTION_PATHS)[number];

/** As it came over HTTP; it is read where it is answered, so that the asking thread does no work for it. */
export interface Question {
  readonly path: QuestionPath;
  readonly query: RawQuery;
  /** Where the query has no `format`. */
  readonly format: 'json' | 'csv';
  /** Somebody is in the room that is asked for, so that it exists, whether or not anything was stored of it. */
  readonly isRoomLive: boolean;
}

export type Reply =
  /** `body`: UTF-8. `etag`: weak, by the body. */
  | { readonly kind: 'answer'; readonly format: 'json' | 'csv'; readonly body: Uint8Array<ArrayBuffer>; readonly etag: string }
  /** 400. */
  | { readonly kind: 'problem'; readonly problem: Problem };
