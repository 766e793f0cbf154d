// Writes docs/configuration.md and .env.example from the table of variables. `--check`: only says whether they are up to date.
// Needs a Node that runs TypeScript: start it with `npm run config-docs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { UNAVAILABLE, VARIABLES } from '../packages/server/src/config/variables.ts';

const root = new URL('../', import.meta.url);

const shownDefault = ({ preset, shownDefault: shown }) => (preset === undefined ? (shown ?? 'not set') : `\`${preset}\``);
const cell = (text) => text.replaceAll('|', '\\|');

export function configurationPage() {
  const rows = Object.values(VARIABLES).map(
    (variable) => `| \`${variable.name}\` | ${shownDefault(variable)} | ${cell(variable.meaning)} | ${cell(variable.allowed)} |`,
  );
  const later = UNAVAILABLE.map((variable) => `| \`${variable.name}\` | ${cell(variable.meaning)} | ${cell(variable.allowed)} |`);
  return `# Configuration

<!-- Made by scripts/config-docs.mjs from packages/server/src/config/variables.ts: change it there. -->

The server is configured by environment variables, read once at the start. A variable that is empty counts as not set. A wrong value
stops the start with one message that lists every wrong variable, its value (secrets hidden) and what is allowed. A name in \`.env\` that no setting has is ignored, and told at the start of the server.

| variable | default | meaning | allowed |
|---|---|---|---|
${rows.join('\n')}

If \`RATE_LIMIT_PER_SEC\` or \`RATE_LIMIT_BURST\` is \`0\` there is no limit of messages, and none of HTTP requests per address either.

Behind a reverse proxy set \`TRUST_PROXY\`; otherwise all clients share the proxy's address, and with it \`MAX_CONNECTIONS_PER_IP\`. Do not
set it without one: anybody could then claim any address.

## Not available in this version

These belong to features that are not built yet. The start is refused when one of them is set, rather than leaving you to believe that
it works. \`AWS_ACCESS_KEY_ID\` and \`AWS_SECRET_ACCESS_KEY\` have no effect yet.

| variable | meaning | allowed |
|---|---|---|
${later.join('\n')}
`;
}

export function environmentExample() {
  const parts = Object.values(VARIABLES).map((variable) => {
    const meaning = variable.meaning.replaceAll('`', '');
    const shown = variable.preset ?? '';
    const fallback = variable.preset === undefined ? ` Default: ${variable.shownDefault}.` : '';
    return `# ${meaning}${fallback}\n# Allowed: ${variable.allowed}\n# ${variable.name}=${shown}\n`;
  });
  return `# Made by scripts/config-docs.mjs. Every setting with its default; see docs/configuration.md. Copy to .env: npm start, npm run import and npm run demo read it.\n\n${parts.join('\n')}`;
}

export const GENERATED = [
  { path: 'docs/configuration.md', text: configurationPage },
  { path: '.env.example', text: environmentExample },
];

export function isCurrent({ path, text }) {
  try {
    return readFileSync(new URL(path, root), 'utf8') === text();
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const stale = GENERATED.filter((file) => !isCurrent(file));
  if (process.argv.includes('--check')) {
    for (const { path } of stale) console.error(`${path} is stale: run npm run config-docs`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const { path, text } of stale) writeFileSync(new URL(path, root), text());
  }
}
