/**
 * The publications that one room hands to its members in one turn: how long they took is measured when the bytes have
 * gone to the kernel. `count` members got them in this turn; one whose socket was full settles its share when it drains.
 */
export class Delivery {
  readonly roomId: string;
  /** `clock.monotonic()` of each publication's arrival. */
  readonly arrivals: readonly number[];
  count = 0;

  constructor(roomId: string, arrivals: readonly number[]) {
    this.roomId = roomId;
    this.arrivals = arrivals;
  }
}
