import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where things lie; every path of the benchmark starts here. */
export const BENCH_DIR = dirname(dirname(fileURLToPath(import.meta.url)));
export const ROOT_DIR = dirname(BENCH_DIR);
export const BUILD_DIR = join(BENCH_DIR, 'build');
export const RESULTS_DIR = join(BENCH_DIR, 'results');

/** The server has one core, the load generator the other: the same for every peer. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
