import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import type { Logger } from '../ops/logger.ts';
import { type Answer, errorBody, refused } from './answer.ts';

/** Fastify's own words for what a request can do wrong. Everything that is not here and below 500 is a bad_request. */
const KNOWN: Readonly<Record<string, Answer>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: refused('unsupported_media_type', 'Send JSON with "content-type: application/json".'),
  FST_ERR_CTP_EMPTY_JSON_BODY: refused('bad_json', 'The body is empty; it should be JSON.'),
  FST_ERR_CTP_INVALID_JSON_BODY: refused('bad_json', 'The body is not valid JSON.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: refused('bad_request', 'The body is not as long as "content-length" says.'),
  FST_ERR_BAD_URL: refused('bad_request', 'The path is not validly percent-encoded.'),
  FST_ERR_MAX_PARAM_LENGTH: refused('bad_request', 'A part of the path is too long.'),
};

export function sendAnswer(reply: FastifyReply, { status, body, headers = {} }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

export function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendAnswer(reply, answerFor(error, request, logger)));
  app.setNotFoundHandler((_request, reply) =>
    sendAnswer(reply, refused('no_such_path', 'There is nothing here. The API is described at /api/docs.')),
  );
}

/** For what fails before a route is found. */
export function answerFor(error: FastifyError, request: FastifyRequest, logger: Logger): Answer {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(request.routeOptions.bodyLimit);
  const known = KNOWN[error.code];
  if (known !== undefined) return known;
  if (error.validation !== undefined) return refused('bad_request', describeValidation(error.validation, error.validationContext));
  if (error instanceof SyntaxError) return refused('bad_json', 'The body is not valid JSON.');
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) return { status, body: errorBody('bad_request', 'The request cannot be understood.') };
  logger.error({ err: error, method: request.method, route: request.routeOptions.url ?? 'unmatched' }, 'request failed');
  return refused('internal', 'A bug on our side; it has been logged.');
}

function tooLarge(limit: number): Answer {
  return refused('payload_too_large', `The body is too large: at most ${limit / 1024} KiB are taken here.`);
}

const PLACES: Readonly<Record<string, string>> = { querystring: 'query parameter', params: 'path parameter', body: 'field' };

function describeValidation(problems: readonly FastifySchemaValidationError[], context: string | undefined): string {
  const [problem] = problems;
  if (problem === undefined) return 'The request is not as it should be.';
  const missing = problem.params.missingProperty;
  const name = problem.instancePath === '' && typeof missing === 'string' ? missing : problem.instancePath.slice(1).replaceAll('/', '.');
  if (name === '' && context === 'body') return 'The body should be a JSON object, such as {"content":"Hello"}.';
  if (name === '') return `The request ${problem.message ?? 'is not as it should be'}.`;
  const what = typeof missing === 'string' ? 'is missing' : (problem.message ?? 'is not allowed');
  return `The ${PLACES[context ?? ''] ?? 'parameter'} "${name}" ${what}.`;
}

/** For what Node refuses before there is a request. Written by hand: there is nothing else yet. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) return void socket.destroy();
  const { status, body } = clientErrorAnswer(error.code);
  const text = JSON.stringify(body);
  const reasons: Readonly<Record<number, string>> = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' };
  const head = [
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Bad Request'}`,
    'Content-Type: application/json',
    `Content-Length: ${text.length}`,
  ];
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${text}`, () => socket.destroy());
}

function clientErrorAnswer(code: string | undefined): Answer {
  if (code === 'HPE_HEADER_OVERFLOW') return tooManyHeaders;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refused('request_timeout', 'The request took too long to arrive.');
  return refused('bad_request', 'This is not HTTP.');
}

export const tooManyHeaders: Answer = refused('headers_too_large', 'The headers are too many or too large.');
