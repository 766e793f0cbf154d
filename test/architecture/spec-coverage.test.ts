import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSource } from './source.ts';
import { compareSpec } from './spec.ts';
import { isTestCode, readTree } from './tree.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The fixtures below are no claims about the product. */
const isClaim = (path: string) => isTestCode(path) && !path.startsWith('test/architecture/');

describe('the rules of SPEC.md', () => {
  const tests = [...readTree(root).values()].filter(({ path }) => isClaim(path));
  const report = compareSpec(readFileSync(join(root, 'SPEC.md'), 'utf8'), tests);

  it('have unique ids', () => {
    expect(report.rules.length).toBeGreaterThan(50);
    expect(report.duplicates).toEqual([]);
  });

  it('are the only ones that tests name', () => {
    expect(report.unknown).toEqual([]);
  });

  it('are all named by tests', () => {
    expect(report.uncovered).toEqual([]);
  });
});

describe('the comparison of rules and tests', () => {
  const specification = '- **ROOM-1** One.\n- **ROOM-2** Two.\n- **ACK-1** Three.\n';
  const compare = (text: string) => compareSpec(specification, [readSource('a.test.ts', text)]);

  it('finds ids in the names of tests and groups, but nowhere else', () => {
    const report = compare("// ROOM-2\ndescribe('ROOM-1: x', () => { it.each([1])('does it (ACK-1)', () => { 'ROOM-2'; }); });");
    expect(report.uncovered).toEqual(['ROOM-2']);
  });

  it('takes no test for a proof that does not run or is expected to fail', () => {
    const report = compare("it.fails('ROOM-1: x', f); it.skip.each([1])('ROOM-2', f); describe.skipIf(no)('ACK-1', f); it.todo('ROOM-1');");
    expect(report.uncovered).toEqual(['ROOM-1', 'ROOM-2']);
  });

  it('reports ids that are no rules', () => {
    const text = "it('ROOM-9: x', f); it('is (ACK-7)', f); it('RMOO-1: typing error', f); it('speaks UTF-8, in ISO-8601', f);";
    expect(compare(text).unknown.map((each) => each.split(' ')[0])).toEqual(['ROOM-9', 'ACK-7', 'RMOO-1']);
  });

  it('reports an id that stands twice', () => {
    expect(compareSpec(`${specification}- **ACK-1** Again.\n`, []).duplicates).toEqual(['ACK-1']);
  });
});
