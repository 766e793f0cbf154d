import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Static, TSchema } from 'typebox';
import type { Answer } from '../answer.ts';

/** What a request must look like, and what it is answered; the OpenAPI document is made of it. */
export interface RouteSchema {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: TSchema;
  readonly querystring?: TSchema;
  readonly body?: TSchema;
  readonly response: Readonly<Record<string, TSchema>>;
}

type Part<S, K extends PropertyKey> = S extends { readonly [P in K]: infer T extends TSchema } ? Static<T> : undefined;

/** A request whose parts fit their schemas. */
export interface RouteInput<S> {
  readonly params: Part<S, 'params'>;
  readonly query: Part<S, 'querystring'>;
  readonly body: Part<S, 'body'>;
  /** What limits are kept by: the client's IPv4 address or IPv6 network. */
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  /** The client has gone: nobody waits for the answer. */
  isGone(): boolean;
}

/** One line of the route table. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** Undefined: no part of the API and not in its document. */
  readonly schema: RouteSchema | undefined;
  /** Bytes. */
  readonly bodyLimit?: number;
  /** Its query is read and checked by whoever answers, as texts; the schema only describes it. */
  readonly isQueryRead?: boolean;
  answer(input: RouteInput<unknown>): Answer | Promise<Answer>;
}

/** A route that streams its body and its answer, and so has the request itself. */
export interface StreamRoute {
  readonly method: 'POST';
  readonly url: string;
  /** Before the body is read; undefined: go on. */
  guard(request: IncomingMessage): Answer | undefined;
  /** Runs until everything was written. `signal`: the server stops. */
  stream(request: IncomingMessage, write: (text: string) => void, signal: AbortSignal): Promise<void>;
  readonly contentType: string;
  /** Describes its body, which is not checked by it. */
  readonly schema: RouteSchema & { readonly security: readonly Readonly<Record<string, readonly string[]>>[] };
}

/** What a stream of events is written to. */
export interface EventSocket {
  /** Bytes that wait in this process. */
  readonly unsent: number;
  write(bytes: Uint8Array): void;
  /** At once, with all that waits. */
  destroy(): void;
}

export type EventAdmission =
  | { readonly kind: 'refused'; readonly answer: Answer }
  /** `begin` is called once, when the headers are written, unless the client has gone; `end` once in any case, when it is gone. */
  | { readonly kind: 'admitted'; begin(socket: EventSocket): void; end(): void };

/** A GET route that goes on answering, with server-sent events, until the client or the server goes. */
export interface EventRoute {
  readonly url: string;
  readonly schema: RouteSchema;
  admit(request: { readonly query: unknown; readonly address: string; readonly lastEventId: string | undefined }): EventAdmission;
}

/** Ties a handler's input to its schema. The cast is what this function is for: fastify has checked the parts before. */
export function route<const S extends RouteSchema>(definition: {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly schema: S;
  readonly bodyLimit?: number;
  readonly isQueryRead?: boolean;
  answer(input: RouteInput<S>): Answer | Promise<Answer>;
}): Route {
  return { ...definition, answer: (input) => definition.answer(input as RouteInput<S>) };
}
