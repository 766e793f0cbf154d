import { expect, it } from 'vitest';
import type { Buckets } from './measure.ts';
import { participation } from './participation.ts';

const of = (activeUsers: number, presentUsers: number) =>
  participation.value({ activeUsers: () => activeUsers, presentUsers: () => presentUsers } as Partial<Buckets> as Buckets, 0);

it('is who wrote for each who was present: above 1 where some wrote without being connected, null where nobody was', () => {
  expect([of(1, 4), of(0, 3), of(3, 2), of(2, 0)]).toEqual([0.25, 0, 1.5, null]);
});
