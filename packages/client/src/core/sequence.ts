import { type JoinedFrame, LIMITS, type MessageFrame, type Position } from '@hubbub/protocol';

type Stage =
  /** Nothing was asked on this connection. */
  { readonly kind: 'away' } | { readonly kind: 'asked'; readonly ref: string } | Replay | { readonly kind: 'live' };

interface Replay {
  readonly kind: 'replaying';
  /** Where we are when it is over. */
  readonly target: Position;
  /** The latest messages of the room; otherwise what follows our position. */
  readonly isHistory: boolean;
  remaining: number;
  /** Not shown before the replay is known to be whole. */
  readonly held: MessageFrame[];
}

/** What a frame changes. `broken`: something is missing, and must be asked for. */
export type Advance =
  | { readonly kind: 'none' }
  | { readonly kind: 'messages'; readonly messages: readonly MessageFrame[] }
  /** These take the place of all before; `lost`: the position that could not be resumed. */
  | { readonly kind: 'afresh'; readonly messages: readonly MessageFrame[]; readonly lost: Position | undefined }
  | { readonly kind: 'broken' };

const AWAY: Stage = { kind: 'away' };
const LIVE: Stage = { kind: 'live' };
const NONE: Advance = { kind: 'none' };
const BROKEN: Advance = { kind: 'broken' };

/**
 * One room's place in the order: lets through what follows without a gap, each message once. The position is the highest `seq` up to
 * which nothing is missing. In a replay a jump of `seq` may be the border between two epochs or a loss; the count of the replay decides,
 * and until then nothing after the jump is let through. A history counts as a whole only.
 */
export class Sequence {
  #stage: Stage = AWAY;
  #position: Position | undefined;

  get position(): Position | undefined {
    return this.#position;
  }

  get stage(): Stage['kind'] {
    return this.#stage.kind;
  }

  isAskedWith(ref: unknown): boolean {
    return this.#stage.kind === 'asked' && this.#stage.ref === ref;
  }

  /** The connection is gone, or its order is not to be trusted any more. */
  lost(): void {
    this.#stage = AWAY;
  }

  asked(ref: string): void {
    this.#stage = { kind: 'asked', ref };
  }

  joined({ epoch, seq, recovered, replay }: JoinedFrame): Advance {
    const isHistory = !recovered || this.#position === undefined;
    if (this.#position !== undefined && !isHistory) this.#position = { epoch, seq: this.#position.seq };
    const stage: Replay = { kind: 'replaying', target: { epoch, seq }, isHistory, remaining: replay, held: [] };
    this.#stage = stage;
    return replay === 0 ? this.#arrive(stage) : NONE;
  }

  message(message: MessageFrame): Advance {
    switch (this.#stage.kind) {
      case 'away':
      case 'asked':
        return NONE;
      case 'live':
        return this.#live(message);
      case 'replaying':
        return this.#replayed(this.#stage, message);
    }
  }

  #live(message: MessageFrame): Advance {
    const { epoch = '', seq: before = 0 } = this.#position ?? {};
    if (message.seq === undefined || message.seq <= before) return NONE;
    if (message.seq !== before + 1) return this.#break();
    this.#position = { epoch, seq: message.seq };
    return { kind: 'messages', messages: [message] };
  }

  #replayed(stage: Replay, message: MessageFrame): Advance {
    const { held, isHistory, target } = stage;
    if ((message.seq ?? 0) > target.seq || held.length >= LIMITS.replayMessages) return this.#break();
    if (isHistory ? held.some((each) => each.messageId === message.messageId) : this.#isKnown(stage, message)) return NONE;
    held.push(message);
    stage.remaining -= 1;
    if (stage.remaining === 0) return this.#arrive(stage);
    const { epoch = '', seq = 0 } = this.#position ?? {};
    if (isHistory || held.length > 1 || message.seq !== seq + 1) return NONE;
    this.#position = { epoch, seq: message.seq };
    return { kind: 'messages', messages: held.splice(0) };
  }

  /** What follows a position rises, and each has a `seq`. */
  #isKnown({ held }: Replay, { seq }: MessageFrame): boolean {
    return seq === undefined || seq <= (held.at(-1)?.seq ?? this.#position?.seq ?? 0);
  }

  #arrive({ held, isHistory, target }: Replay): Advance {
    const lost = this.#position;
    this.#position = target;
    this.#stage = LIVE;
    return isHistory ? { kind: 'afresh', messages: held, lost } : { kind: 'messages', messages: held };
  }

  #break(): Advance {
    this.#stage = AWAY;
    return BROKEN;
  }
}
