// Tests must run on the Node that the server runs on: `npm test` finds it in node_modules/.bin, a bare `vitest` may not.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) throw new Error(`tests need Node 24 or newer, this is ${process.version}: use "npm test" or "npm run test:unit"`);
