import { UNAVAILABLE, VARIABLES } from './variables.ts';

const KNOWN: readonly string[] = [...Object.values(VARIABLES), ...UNAVAILABLE].map(({ name }) => name);
/** Read by Node itself, or by the SDK of a store to come. */
const FOREIGN = /^(NODE|UV|AWS)_|^TZ$/;
/** Letters that a slip of the finger makes wrong. */
const MOST_WRONG = 2;

/** A line for each name of a `.env` that no setting has, with those that may have been meant. */
export function describeUnknownNames(names: readonly string[]): readonly string[] {
  const unknown = names.filter((name) => !KNOWN.includes(name) && !FOREIGN.test(name));
  return unknown.map((name) => {
    const near = nearest(name.toUpperCase());
    const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
    return `.env: there is no setting ${JSON.stringify(name)}, so it is ignored.${meant}`;
  });
}

/** Those of which one begins with the other; otherwise those that the fewest slips make of it. */
function nearest(name: string): readonly string[] {
  const alike = KNOWN.filter((known) => known.startsWith(name) || name.startsWith(known));
  if (alike.length > 0) return alike;
  const edits = KNOWN.map((known) => editsBetween(name, known));
  const fewest = Math.min(MOST_WRONG, ...edits);
  return KNOWN.filter((_, i) => edits[i] === fewest);
}

/** Levenshtein's distance: letters put in, left out or replaced. Row by row (Wagner and Fischer, 1974). */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
