// What `npm start` runs.
import { cacheCompiled, readDotenv } from './launch.mjs';

const names = process.argv.includes('--dotenv') ? readDotenv() : [];
cacheCompiled();
const { describeUnknownNames } = await import('./src/config/unknown-names.ts');
for (const line of describeUnknownNames(names)) process.stderr.write(`${line}\n`);
await import('./src/main.ts');
