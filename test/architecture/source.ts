import { type ImportDeclarationSpecifier, type Node, type Program, parseSync, Visitor } from 'oxc-parser';
import type { Reserved } from './zones.ts';

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

export interface Use {
  readonly what: Reserved;
  readonly text: string;
  readonly line: number;
}

export interface SourceFunction {
  readonly name: string;
  readonly line: number;
  readonly length: number;
}

/** All that the rules look at in one file, read from its syntax tree: comments and strings can't mislead. */
export interface Source {
  readonly path: string;
  readonly lines: number;
  readonly firstComment: string;
  /** Static, type-only, re-exported, dynamic, `import('…').Type`, and files loaded by `new URL('…', import.meta.url)`. */
  readonly imports: readonly Import[];
  /** Dynamic imports whose target cannot be read off the text. */
  readonly opaqueImports: readonly number[];
  readonly uses: readonly Use[];
  readonly functions: readonly SourceFunction[];
  readonly testNames: readonly string[];
  readonly errors: readonly string[];
}

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];
const CLOCK_CALLS = ['Date.now', 'performance.now', 'process.hrtime', 'process.hrtime.bigint', 'AbortSignal.timeout'];
const TEST_CALLS = /^(it|test|describe)(\.|$)/;
/** What does not run, or fails as expected, proves nothing. */
const VOID_TESTS = /\.(fails|skip|todo)(\.|$)/;

export function readSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineOf = (offset: number) => lineStarts.findLastIndex((start) => start <= offset) + 1;
  return {
    path,
    lines: text === '' ? 0 : lineStarts.length - (text.endsWith('\n') ? 1 : 0),
    firstComment: comments[0]?.value ?? '',
    errors: errors.map((error) => error.message),
    ...readImports(program, lineOf),
    uses: readUses(program, lineOf),
    functions: readFunctions(program, lineOf),
    testNames: readTestNames(program),
  };
}

type LineOf = (offset: number) => number;

function readImports(program: Program, lineOf: LineOf): Pick<Source, 'imports' | 'opaqueImports'> {
  const imports: Import[] = [];
  const opaqueImports: number[] = [];
  const add = (node: Node | null | undefined) => {
    if (!node) return;
    const specifier = literal(node);
    if (specifier === undefined) opaqueImports.push(lineOf(node.start));
    else imports.push({ specifier, line: lineOf(node.start) });
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
    NewExpression({ callee, arguments: [target, base] }) {
      // A URL that is put together at run time is seldom a module: only what can be read is looked at.
      if (dotted(callee) === 'URL' && literal(target) !== undefined && dotted(base) === 'import.meta.url') add(target);
    },
    CallExpression({ callee, arguments: [target] }) {
      if (dotted(callee) === 'import.meta.resolve') add(target);
    },
  }).visit(program);
  return { imports, opaqueImports };
}

function readUses(program: Program, lineOf: LineOf): readonly Use[] {
  const uses: Use[] = [];
  const add = (what: Reserved | undefined, text: string, { start }: Node) => {
    if (what !== undefined) uses.push({ what, text, line: lineOf(start) });
  };
  new Visitor({
    ImportDeclaration(node) {
      add(reservedImport(node.source.value, node.specifiers), node.source.value, node);
    },
    NewExpression(node) {
      if (dotted(node.callee) === 'Date' && node.arguments.length === 0) add('clock', 'new Date()', node);
    },
    CallExpression(node) {
      const callee = dotted(node.callee);
      if (callee === 'Date' || TIMERS.includes(callee)) add('clock', callee, node);
    },
    MemberExpression(node) {
      add(reservedMember(dotted(node)), dotted(node), node);
    },
    VariableDeclarator(node) {
      const whole = dotted(node.init);
      if (TIMERS.includes(whole)) add('clock', whole, node);
      if (node.id.type !== 'ObjectPattern') return;
      for (const property of node.id.properties) {
        const name = property.type === 'Property' ? `${whole}.${dotted(property.key)}` : '';
        add(reservedMember(name), name, node);
      }
    },
  }).visit(program);
  return uses;
}

function readFunctions(program: Program, lineOf: LineOf): readonly SourceFunction[] {
  const functions: SourceFunction[] = [];
  const add = (node: Node & { id?: { name: string } | null }) => {
    const line = lineOf(node.start);
    functions.push({ name: node.id?.name ?? '(anonymous)', line, length: lineOf(node.end) - line + 1 });
  };
  new Visitor({ FunctionDeclaration: add, FunctionExpression: add, ArrowFunctionExpression: add }).visit(program);
  return functions;
}

function readTestNames(program: Program): readonly string[] {
  const names: string[] = [];
  new Visitor({
    CallExpression({ callee, arguments: [first] }) {
      // `it.each(…)('name')` and `describe.skipIf(…)('name')` call what a call returned.
      const called = dotted(callee.type === 'CallExpression' ? callee.callee : callee);
      const name = literal(first);
      if (TEST_CALLS.test(called) && !VOID_TESTS.test(called) && name !== undefined) names.push(name);
    },
  }).visit(program);
  return names;
}

/** The value of a string or a template without holes. */
function literal(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') return node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? undefined) : undefined;
  return undefined;
}

/** `a.b.c` for such an expression, with `globalThis.` cut off and `a['b']` read as `a.b`; '' for anything else. */
function dotted(node: Node | null | undefined): string {
  if (!node) return '';
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MetaProperty') return `${node.meta.name}.${node.property.name}`;
  if (node.type === 'ChainExpression' || node.type === 'TSNonNullExpression' || node.type === 'ParenthesizedExpression')
    return dotted(node.expression);
  if (node.type !== 'MemberExpression') return '';
  const object = dotted(node.object);
  const property = node.computed ? literal(node.property) : dotted(node.property);
  if (object === '' || property === undefined || property === '') return '';
  return object === 'globalThis' || object === 'global' ? property : `${object}.${property}`;
}

/** `process.env` and the like, but also one step into `console`. */
function reservedMember(name: string): Reserved | undefined {
  if (name === 'process.env') return 'process.env';
  if (CLOCK_CALLS.includes(name)) return 'clock';
  return /^console\.[^.]+$/.test(name) ? 'console' : undefined;
}

/** Reserved things that come in by import rather than as globals. Under their own names their uses are seen anyway. */
function reservedImport(module: string, specifiers: readonly ImportDeclarationSpecifier[]): Reserved | undefined {
  const bare = module.replace(/^node:/, '');
  const brings = (name: string) => specifiers.some((each) => each.type === 'ImportSpecifier' && dotted(each.imported) === name);
  const isRenamed = specifiers.some((each) => each.type !== 'ImportSpecifier' || dotted(each.imported) !== each.local.name);
  if (bare === 'timers' || bare === 'timers/promises' || (bare === 'perf_hooks' && isRenamed)) return 'clock';
  if (bare === 'console') return 'console';
  return bare === 'process' && (brings('env') || isRenamed) ? 'process.env' : undefined;
}
