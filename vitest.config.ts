import { defineConfig } from 'vitest/config';

const setupFiles = ['./scripts/require-node-24.mjs'];
const exclude = ['**/node_modules/**', '**/dist/**', '**/*.soak.test.ts'];
/** They start threads and wait for disks: real parts, in seconds rather than milliseconds. */
const realStores = 'packages/server/src/store/sqlite/**/*.test.ts';
/** One file at a time: these start servers, measure memory or fill disks. */
const alone = {
  fileParallelism: false,
  hookTimeout: 120_000,
  // A process for each file: V8 keeps track of its code pages per process, and may abort ("jit_page.has_value()") where threads come and
  // go by the hundred (docs/operations.md).
  pool: 'forks' as const,
};

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'architecture', setupFiles, include: ['test/architecture/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'unit',
          setupFiles,
          exclude: [...exclude, realStores],
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/kit/**/*.test.ts'],
          // No test replaces a module, so files may share what they import: half of the time was loading it again for each.
          pool: 'threads',
          isolate: false,
          // By default one processor is left free: of two, half of the machine.
          maxWorkers: '100%',
          testTimeout: 10_000,
        },
      },
      {
        test: {
          ...alone,
          name: 'integration',
          setupFiles,
          exclude: [...exclude, 'test/architecture/**', 'test/kit/**'],
          include: [realStores, 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: { ...alone, name: 'soak', setupFiles, exclude: exclude.slice(0, 2), include: ['**/*.soak.test.ts'], testTimeout: 1_200_000 },
      },
    ],
  },
});
