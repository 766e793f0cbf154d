// What `npm start` runs.
import { cacheCompiled, readDotenv } from './launch.mjs';

if (process.argv.includes('--dotenv')) readDotenv();
cacheCompiled();
await import('./src/main.ts');
