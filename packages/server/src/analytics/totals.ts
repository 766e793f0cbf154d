import type { CloseName } from '@hubbub/protocol';
import type { DropReason } from '../events.ts';

/** Plain counts since this process started, one by one for every name that can occur: bounded by their types. */
export class Totals {
  accepted = 0;
  joins = 0;
  leaves = 0;
  deliveries = 0;
  resumesRecovered = 0;
  resumesLost = 0;
  replayed = 0;
  writes = 0;
  failedWrites = 0;
  writtenMessages = 0;
  readonly dropped = new Map<DropReason, number>();
  readonly closed = new Map<CloseName, number>();

  drop(reason: DropReason): void {
    this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + 1);
  }

  close(reason: CloseName): void {
    this.closed.set(reason, (this.closed.get(reason) ?? 0) + 1);
  }
}
