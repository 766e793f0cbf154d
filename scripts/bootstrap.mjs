// Runs before `npm start`, `npm test` and the like, on whatever Node the machine has (18 or newer), before anything is
// installed: so it is plain JavaScript without a dependency. Installs what is missing, builds what is stale, and is
// out of the way in a few milliseconds when there is nothing to do.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { directSend } from '../packages/server/native/build.mjs';
import { isInstalled, missingNode } from './bootstrap/installed.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const purpose = process.argv[2] ?? 'start';

/** What is built ahead of a start. The server itself runs from its sources. */
const BUILDS = [directSend];

try {
  if (!isInstalled(root)) await (await import('./bootstrap/install.mjs')).installOnce(root);
  const node = missingNode(root);
  if (node !== undefined) throw new Error(node);
  for (const build of BUILDS) if (build.isStale(root)) await build.run(root);
  if (purpose === 'test') await (await import('./bootstrap/system-packages.mjs')).provideSystemPackages();
} catch (error) {
  process.stderr.write(`\nhubbub: ${error.message}\n\n`);
  process.exitCode = 1;
}
