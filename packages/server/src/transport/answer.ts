import { ERROR_CODES, type ErrorCode } from '@hubbub/protocol';

/** What a route answers. `body` becomes JSON unless the headers name another content type. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Refusals that only HTTP knows, beside the error codes of the protocol. */
export const HTTP_ERRORS = {
  bad_request: 400,
  unauthorized: 401,
  no_such_path: 404,
  method_not_allowed: 405,
  conflict: 409,
  request_timeout: 408,
  payload_too_large: 413,
  unsupported_media_type: 415,
  expectation_failed: 417,
  upgrade_required: 426,
  headers_too_large: 431,
} as const;

export type HttpErrorCode = ErrorCode | keyof typeof HTTP_ERRORS;

export const ok = (body: unknown): Answer => ({ status: 200, body });

export function errorBody(code: string, message: string): { readonly error: { readonly code: string; readonly message: string } } {
  return { error: { code, message } };
}

/** `retryAfterMs`: told in whole seconds, rounded up. */
export function refused(code: HttpErrorCode, message: string, retryAfterMs?: number): Answer {
  const status = code in HTTP_ERRORS ? HTTP_ERRORS[code as keyof typeof HTTP_ERRORS] : ERROR_CODES[code as ErrorCode].status;
  const body = errorBody(code, message);
  return retryAfterMs === undefined
    ? { status, body }
    : { status, body, headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } };
}
