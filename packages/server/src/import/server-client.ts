import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { IMPORT_PATH, type ImportAnswer, NDJSON } from './http-import.ts';
import { LineSplitter, MAX_LINE_BYTES } from './line-splitter.ts';
import { wholeLines } from './pieces.ts';
import type { ImportEnd, ImportOptions, ImportProgress, ImportSummary } from './port.ts';
import { quoteShort } from './refusals.ts';
import type { RunningServer } from './running-server.ts';

const NOTHING_YET: ImportProgress = { read: 0, inserted: 0, repeated: 0, refused: 0, throughLine: 0 };
const LONGEST_ERROR_BODY = 4_096;
/** A summary with every example that it may have stays below 200 KB. */
const LONGEST_ANSWER_LINE = 1024 * 1024;

/**
 * Streams JSON lines to a running server, as fast as that takes them, while its progress comes back on the same connection. Never
 * rejects for what the source or the server does. After a lost connection `throughLine` is what the server last said.
 */
export async function importThroughServer(
  server: RunningServer,
  pieces: AsyncIterable<Uint8Array>,
  options: Pick<ImportOptions, 'signal' | 'onProgress'> = {},
): Promise<ImportSummary> {
  const request = startRequest(server);
  const answer = new Answer(request, server.url, options.onProgress);
  const senderEnd = await send(request, answer, wholeLines(pieces, MAX_LINE_BYTES, options.signal));
  const summary = await answer.summary;
  if (summary.end.kind !== 'complete') return summary;
  return { ...summary, end: senderEnd ?? (options.signal?.aborted === true ? { kind: 'stopped' } : summary.end) };
}

function startRequest(server: RunningServer): ClientRequest {
  const url = new URL(IMPORT_PATH, server.url);
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': NDJSON, accept: NDJSON };
  const request = start(url, { method: 'POST', headers });
  request.flushHeaders();
  return request;
}

/** Answers what was wrong with the source. */
async function send(request: ClientRequest, answer: Answer, pieces: AsyncIterable<Uint8Array>): Promise<ImportEnd | undefined> {
  try {
    for await (const piece of pieces) {
      if (answer.isOver) break;
      if (!request.write(piece)) await once(request, 'drain', { signal: answer.over }).catch(() => undefined);
    }
    return undefined;
  } catch (error) {
    return { kind: 'source_failed', message: error instanceof Error ? error.message : String(error) };
  } finally {
    request.end();
  }
}

/** What comes back. The answer may be over long before everything was sent. */
class Answer {
  readonly #url: string;
  readonly #onProgress: ImportOptions['onProgress'];
  readonly #over = new AbortController();
  #progress = NOTHING_YET;
  #settle: (summary: ImportSummary) => void = () => undefined;
  /** Never rejects. */
  readonly summary: Promise<ImportSummary>;

  constructor(request: ClientRequest, url: string, onProgress: ImportOptions['onProgress']) {
    this.#url = url;
    this.#onProgress = onProgress;
    this.summary = new Promise((resolve) => {
      this.#settle = resolve;
    });
    request.on('error', (error) => this.#fail(`no connection to ${url}: ${error.message}`));
    request.on('response', (response: IncomingMessage) => {
      this.#read(response).catch((error: unknown) => this.#fail(`the connection to ${url} was lost: ${String(error)}`));
    });
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Aborted when the answer is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  async #read(response: IncomingMessage): Promise<void> {
    if (response.statusCode !== 200) return this.#fail(await describeRefusal(response, this.#url));
    const splitter = new LineSplitter(LONGEST_ANSWER_LINE);
    for await (const chunk of response) {
      for (const line of splitter.push(chunk)) if (line.kind === 'text') this.#take(JSON.parse(line.text) as ImportAnswer);
    }
    this.#fail(`${this.#url} ended the connection before the end`);
  }

  #take(answer: ImportAnswer): void {
    if ('progress' in answer) {
      this.#progress = answer.progress;
      this.#onProgress?.(answer.progress);
    } else if ('summary' in answer) {
      this.#finish(answer.summary);
    } else {
      this.#fail(`${this.#url}: ${quoteShort(answer.error.message)}`);
    }
  }

  #fail(message: string): void {
    this.#finish({ ...this.#progress, refusals: [], end: { kind: 'server_failed', message } });
  }

  /** Only the first one counts. */
  #finish(summary: ImportSummary): void {
    this.#settle(summary);
    this.#over.abort();
  }
}

async function describeRefusal(response: IncomingMessage, url: string): Promise<string> {
  const status = response.statusCode ?? 0;
  if (status === 401 || status === 403) return `${url} did not accept the administrator's token (${status})`;
  if (status === 404) return `${url} has no ${IMPORT_PATH}: another server, or an older version (404)`;
  return `${url} answered ${status}: ${quoteShort(await readSome(response))}`;
}

async function readSome(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > LONGEST_ERROR_BODY) break;
  }
  return text;
}
