/** Loads a store in a thread of its own, which has the memory for it: what it is told is `workerData`, what it tells are LoadWords. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ChatOptions } from './chat/generate.ts';
import { type AnalyticsLoaded, type LogLoaded, loadAnalytics, loadLog } from './load.ts';

export interface LoadOrder {
  readonly dir: string;
  readonly chat: ChatOptions;
  readonly nowT: number;
}

export type LoadWord =
  | { readonly kind: 'progress'; readonly what: 'log' | 'analytics'; readonly done: number; readonly seconds: number }
  | { readonly kind: 'loaded'; readonly log: LogLoaded; readonly analytics: AnalyticsLoaded };

const { dir, chat, nowT } = workerData as LoadOrder;
const tell = (word: LoadWord): void => parentPort?.postMessage(word);
const progress = (what: 'log' | 'analytics') => (done: number, seconds: number) => tell({ kind: 'progress', what, done, seconds });
const log = loadLog(dir, chat, progress('log'));
tell({ kind: 'loaded', log, analytics: loadAnalytics(dir, nowT, progress('analytics')) });
