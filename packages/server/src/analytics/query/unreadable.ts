/** A kept container cannot be read: no answer is better than a wrong one. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}
