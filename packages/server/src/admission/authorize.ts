import type { ClientFrame, ErrorCode } from '@hubbub/protocol';
import type { Identity } from './identity.ts';

/**
 * May this identity do this? In open mode, the only one of this version, everyone may do everything, `system` included;
 * the step stands in its place so that permissions come in at one point.
 */
export function authorize(
  _identity: Identity,
  _action: ClientFrame['type'],
): { readonly code: ErrorCode; readonly message: string } | undefined {
  return undefined;
}
