import { describe } from 'vitest';
import { MemoryRollups } from './memory-rollups.ts';
import { rollupContract } from './rollup.contract.ts';

describe('rollups in memory', () => {
  rollupContract((run) => run(new MemoryRollups()));
});
