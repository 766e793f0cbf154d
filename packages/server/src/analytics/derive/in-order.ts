import { compareOrder, type Order } from './order.ts';

/** Of things in order, those between two places, both exclusive; the first `limit`. */
export function firstOf<T extends Order>(messages: readonly T[], after: Order, before: Order, limit: number): readonly T[] {
  const start = indexAfter(messages, after, true);
  return messages.slice(start, Math.max(start, Math.min(indexAfter(messages, before, false), start + limit)));
}

/** How many come before a place, itself included or not. */
export function indexAfter(messages: readonly Order[], place: Order, isIncluded: boolean): number {
  let low = 0;
  for (let high = messages.length; low < high; ) {
    const middle = (low + high) >>> 1;
    const order = compareOrder(messages[middle] ?? place, place);
    if (order < 0 || (order === 0 && isIncluded)) low = middle + 1;
    else high = middle;
  }
  return low;
}
