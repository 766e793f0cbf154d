import { type ClientFrame, decodeFrame, type RefusedFrame } from '@hubbub/protocol';
import { authorize } from '../admission/authorize.ts';
import type { Connection } from './connection.ts';
import { dispatch } from './dispatch.ts';

/** Why a step refuses a frame. */
export type StepRefusal = Omit<RefusedFrame, 'type' | 'ref'> & { readonly retryAfterMs?: number };

/** One named step of the way in: undefined lets the frame pass. */
interface Step {
  readonly name: string;
  readonly check: (connection: Connection, frame: ClientFrame) => StepRefusal | undefined;
}

/** What every decoded frame passes, in this order, before it is dispatched. */
export const STEPS: readonly Step[] = [
  { name: 'identity', check: checkIdentity },
  { name: 'authorize', check: (connection, frame) => authorize(connection.identity, frame.type) },
  { name: 'rate-limit', check: checkRate },
];

/** The way in: decode → identity → authorize → rate-limit → dispatch. Each refusal is answered and counted. */
export function receive(connection: Connection, text: string): void {
  const frame = decodeFrame(text);
  if (frame.type === 'refused') return connection.refused(frame.ref, frame.code, frame.message);
  for (const step of STEPS) {
    const refusal = step.check(connection, frame);
    if (refusal !== undefined) return connection.refused(frame.ref, refusal.code, refusal.message, refusal.retryAfterMs);
  }
  dispatch(connection, frame);
}

/** A connection with a name that is not allowed may stay and listen to its errors, and say nothing. */
function checkIdentity({ identity }: Connection): StepRefusal | undefined {
  return identity.problem === undefined ? undefined : { code: 'username_invalid', message: identity.problem };
}

function checkRate(connection: Connection, frame: ClientFrame): StepRefusal | undefined {
  switch (frame.type) {
    case 'chat':
    case 'system':
      return tooFast(connection.takeChat(), 'messages');
    case 'join':
      return tooFast(connection.takeJoin(), 'joins');
    default:
      return undefined;
  }
}

function tooFast(retryAfterMs: number, what: string): StepRefusal | undefined {
  if (retryAfterMs === 0) return undefined;
  return { code: 'rate_limited', message: `Too many ${what}; try again in ${retryAfterMs} ms.`, retryAfterMs };
}
