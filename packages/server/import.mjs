// What `npm run import` runs.
import { cacheCompiled, readDotenv } from './launch.mjs';

readDotenv();
cacheCompiled();
await import('./src/import/main.ts');
