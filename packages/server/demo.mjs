// What `npm run demo` runs.
import { cacheCompiled, readDotenv } from './launch.mjs';

readDotenv();
cacheCompiled();
await import('./src/demo/main.ts');
