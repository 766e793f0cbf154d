import type { ByteWriter } from '@hubbub/sketch';
import type { Summed } from './number-sums.ts';
import type { RankedTarget } from './ranked-segment.ts';

/**
 * Writes a segment of those with a sum above `least`, and of the first of those with that sum, `most` together. `numbers`: ascending,
 * each with its sum, which is not below `least`.
 */
export function writeRanked(
  out: ByteWriter,
  { total, allowance }: Pick<RankedTarget, 'total' | 'allowance'>,
  { numbers, sums }: Summed,
  least: number,
  most: number,
): void {
  if (total === 0) return;
  let above = 0;
  for (let i = 0; i < sums.length; i++) if ((sums[i] ?? 0) > least) above += 1;
  let equal = Math.min(most, sums.length) - above;
  out.varint(total);
  out.varint(allowance);
  out.varint(above + equal);
  let previous = 0;
  for (let i = 0; i < sums.length; i++) {
    const sum = sums[i] ?? 0;
    if (sum === least && equal-- <= 0) continue;
    out.varint((numbers[i] ?? 0) - previous);
    out.varint(sum);
    previous = numbers[i] ?? 0;
  }
}
