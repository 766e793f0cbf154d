// What was written here and is not yet known to be kept. One message is under way at a time, so that the order holds whatever is refused.

const MOST = 100;
const MOST_TRIES = 6;

export class Outbox {
  #entries = new Map();
  #send;
  #show;
  #isOpen = false;
  #underWay;
  #pause;

  /** `send(frame)`: to the server. `show(entry)`: its state changed: `waiting`, `sent`, `received`, `kept` or `failed` with a `reason`. */
  constructor(send, show) {
    this.#send = send;
    this.#show = show;
  }

  get size() {
    return this.#entries.size;
  }

  /** False when too many are waiting. An entry that failed may be put in again. */
  put(entry) {
    if (this.#entries.size >= MOST) return false;
    Object.assign(entry, { tries: 0, state: 'waiting', reason: undefined });
    this.#entries.set(entry.frame.messageId, entry);
    this.#show(entry);
    this.#next();
    return true;
  }

  /** The room is joined: what was under way when the connection broke goes first, marked, so that it is not stored twice. */
  open() {
    this.#isOpen = true;
    this.#underWay = undefined;
    for (const entry of this.#entries.values()) {
      if (entry.state === 'received') this.#transmit(entry);
      if (entry.state === 'sent') entry.state = 'waiting';
    }
    this.#next();
  }

  close() {
    this.#isOpen = false;
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  /** Nothing of it will be sent any more. */
  giveUp(reason) {
    this.close();
    for (const entry of this.#entries.values()) this.#fail(entry, reason, false);
  }

  /** Everyone in the room has it, we too. Until its ack it may have to be sent again. */
  received(messageId) {
    return this.#settle(messageId, 'received');
  }

  acked(messageId) {
    const isOurs = this.#settle(messageId, 'kept');
    this.#entries.delete(messageId);
    return isOurs;
  }

  /** The wait until it is sent again, ms; 0: it is not; undefined: it was no message of ours. */
  refused({ ref, retryable, retryAfterMs, message }) {
    const entry = this.#entries.get(ref);
    if (entry === undefined) return undefined;
    if (this.#underWay === ref) this.#underWay = undefined;
    // It stands in the room; the next connection asks again.
    if (entry.state === 'received' && retryable) return undefined;
    if (!retryable || ++entry.tries >= MOST_TRIES) {
      this.#fail(entry, message, retryable);
      this.#next();
      return 0;
    }
    entry.state = 'waiting';
    return this.#wait(retryAfterMs ?? 500 * 2 ** entry.tries);
  }

  #wait(waitMs) {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#next();
    }, waitMs + 20);
    return waitMs;
  }

  #settle(messageId, state) {
    const entry = this.#entries.get(messageId);
    if (entry === undefined) return false;
    entry.state = state;
    this.#show(entry);
    if (this.#underWay === messageId) this.#underWay = undefined;
    this.#next();
    return true;
  }

  #fail(entry, reason, mayRetry) {
    this.#entries.delete(entry.frame.messageId);
    if (entry.state === 'received') return;
    Object.assign(entry, { state: 'failed', reason, mayRetry });
    this.#show(entry);
  }

  #next() {
    if (!this.#isOpen || this.#pause !== undefined || this.#underWay !== undefined) return;
    const entry = [...this.#entries.values()].find(({ state }) => state === 'waiting');
    if (entry === undefined) return;
    this.#underWay = entry.frame.messageId;
    entry.state = 'sent';
    this.#transmit(entry);
  }

  #transmit(entry) {
    this.#send(entry.wasSent ? { ...entry.frame, retry: true } : entry.frame);
    entry.wasSent = true;
  }
}
