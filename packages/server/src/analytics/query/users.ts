import type { BucketPlan } from '../calendar/plan.ts';
import { UserBuckets } from '../rollup/user-buckets.ts';
import { readPlanned } from './planned.ts';
import type { Source } from './source.ts';

/** Who wrote in which bucket. */
export function readUsers(source: Source, plan: BucketPlan): UserBuckets {
  const users = new UserBuckets(plan.bucketCount);
  readPlanned(source, plan, 'users', (chunk, body, slots) => users.add(chunk, body, slots));
  return users;
}
