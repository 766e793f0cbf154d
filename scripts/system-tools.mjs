import { existsSync } from 'node:fs';

/**
 * Programs of the system that some tests need. Where one is missing those tests skip themselves
 * (`describe.skipIf(!hasTool('chromium'))`); `npm test` prints the count, and with CI=true a skip is a failure.
 */
export const SYSTEM_TOOLS = [
  { name: 'chromium', packages: ['chromium'], files: ['/usr/bin/chromium'] },
  { name: 'curl', packages: ['curl'], files: ['/usr/bin/curl'] },
  {
    name: 'python-websockets',
    packages: ['python3', 'python3-websockets'],
    files: ['/usr/bin/python3', '/usr/lib/python3/dist-packages/websockets/__init__.py'],
  },
  { name: 'javac', packages: ['default-jdk-headless'], files: ['/usr/bin/javac'] },
  { name: 'script', packages: ['bsdutils'], files: ['/usr/bin/script'] },
];

const isThere = (tool) => tool.files.every((file) => existsSync(file));

export const hasTool = (name) => {
  const tool = SYSTEM_TOOLS.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`no such tool in the list: ${name}`);
  return isThere(tool);
};

export const missingTools = (tools = SYSTEM_TOOLS) => tools.filter((tool) => !isThere(tool));
