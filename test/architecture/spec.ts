import type { Source } from './source.ts';

const RULE = /^- \*\*([A-Z]+-\d+)\*\* /gm;
/** In a test's name, whatever looks like an id of a family that the specification has; at its beginning, of any family. */
const MENTION = /\b([A-Z]{2,})-(\d+)\b/g;
const LEADING = /^[A-Z]{2,}-\d+(?=[:,\s])/;

export interface SpecReport {
  readonly rules: readonly string[];
  readonly duplicates: readonly string[];
  /** Rules that no test names. */
  readonly uncovered: readonly string[];
  /** Ids in test names that are no rules, with the file. */
  readonly unknown: readonly string[];
}

/** Compares the rules of a specification with the names of the tests. */
export function compareSpec(specification: string, tests: Iterable<Source>): SpecReport {
  const all = [...specification.matchAll(RULE)].map((match) => match[1] ?? '');
  const rules = new Set(all);
  const families = new Set(all.map(familyOf));
  const named = new Set<string>();
  const unknown: string[] = [];
  for (const { path, testNames } of tests) {
    for (const id of testNames.flatMap((name) => idsOf(name, families))) {
      if (rules.has(id)) named.add(id);
      else unknown.push(`${id} in ${path}`);
    }
  }
  return {
    rules: [...rules],
    duplicates: all.filter((id, index) => all.indexOf(id) !== index),
    uncovered: [...rules].filter((id) => !named.has(id)),
    unknown,
  };
}

function idsOf(name: string, families: ReadonlySet<string>): string[] {
  const mentioned = [...name.matchAll(MENTION)].map((match) => match[0]).filter((id) => families.has(familyOf(id)));
  return [...new Set([...mentioned, ...(LEADING.exec(name) ?? [])])];
}

const familyOf = (id: string): string => id.slice(0, id.lastIndexOf('-'));
