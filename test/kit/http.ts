import type { Message } from './frames.ts';
import type { ServerProcess } from './server-process.ts';

type Target = Pick<ServerProcess, 'url'>;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}
export interface HistoryPage {
  readonly roomId?: string;
  readonly count: number;
  readonly messages: readonly Message[];
  readonly nextBefore?: string | null;
  readonly nextAfter?: string | null;
}
export interface Health {
  readonly status: string;
  readonly clients: number;
  readonly storage: string;
}

export async function get<T = unknown>(target: Target, path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
  const response = await fetch(target.url + path, { headers });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
}

export async function post<T = unknown>(
  target: Target,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await fetch(target.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? undefined : JSON.parse(text)) as T };
}

export const historyPath = (roomId: string, query: Readonly<Record<string, string | number>> = {}): string => {
  const text = new URLSearchParams(Object.entries(query).map(([key, value]): [string, string] => [key, String(value)])).toString();
  return `/api/rooms/${encodeURIComponent(roomId)}/messages${text === '' ? '' : `?${text}`}`;
};

export async function historyPage(
  target: Target,
  roomId: string,
  query: Readonly<Record<string, string | number>> = {},
): Promise<HistoryPage> {
  const answer = await get<HistoryPage>(target, historyPath(roomId, query));
  if (answer.status !== 200) throw new Error(`history of ${roomId}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** All of a room's history, oldest first, read backwards page by page. */
export async function fullHistory(target: Target, roomId: string, limit = 200): Promise<Message[]> {
  const pages: (readonly Message[])[] = [];
  let before: string | null | undefined;
  do {
    const page: HistoryPage = await historyPage(target, roomId, before == null ? { limit } : { limit, before });
    pages.push(page.messages);
    before = page.nextBefore;
  } while (before != null);
  return pages.reverse().flat();
}

/** The sum of all samples of the metrics whose line matches. */
export async function metricSum(target: Target, line: RegExp): Promise<number> {
  const { body } = await get<string>(target, '/metrics');
  const samples = body.split('\n').filter((text) => !text.startsWith('#') && line.test(text));
  return samples.reduce((sum, text) => sum + Number(text.slice(text.lastIndexOf(' ') + 1)), 0);
}
