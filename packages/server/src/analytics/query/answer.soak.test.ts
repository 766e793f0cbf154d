/** What the unit test asks of two worlds, of many. */
process.env.RUNS ??= '40';
process.env.SEED ??= '1';
await import('./answer.test.ts');

export {};
