import type { BucketPlan } from '../calendar/plan.ts';
import { MAX_SLOTS } from '../rollup/levels.ts';
import { UserBuckets } from '../rollup/user-buckets.ts';
import type { Source } from './source.ts';

/** Who wrote in which bucket. */
export function readUsers({ rollups, scope }: Source, plan: BucketPlan): UserBuckets {
  const users = new UserBuckets(plan.bucketCount);
  for (const { level, first, last } of plan.runs) {
    const slots = new Int32Array(MAX_SLOTS[level]);
    for (const { container, chunk, body } of rollups.containers('users', scope, level, first, last)) {
      if (!plan.slotBuckets(level, container, slots)) continue;
      if (!users.add(chunk, body, slots)) throw new Error(`unreadable users of ${level} ${container}: recount`);
    }
  }
  return users;
}
