// What `npm start` runs. `--once`: it stops as soon as it has started.
import { fileURLToPath } from 'node:url';
import { cacheCompiled, compileAhead, readDotenv } from './launch.mjs';

const isOnce = process.argv.includes('--once');
const names = process.argv.includes('--dotenv') ? readDotenv() : [];
if (!cacheCompiled() && !isOnce && !(await compileAhead(fileURLToPath(import.meta.url)))) process.exit(0);
const { describeUnknownNames } = await import('./src/config/unknown-names.ts');
for (const line of describeUnknownNames(names)) process.stderr.write(`${line}\n`);
await import('./src/main.ts');
if (isOnce) process.kill(process.pid, 'SIGTERM');
