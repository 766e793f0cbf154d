import { type ImportDeclarationSpecifier, type Node, parseSync, Visitor } from 'oxc-parser';
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

export function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)];
  const lineOf = (offset: number) => lineStarts.findLastIndex((start) => start <= offset) + 1;
  const imports: Import[] = [];
  const opaqueImports: number[] = [];
  const uses: Use[] = [];
  const functions: SourceFunction[] = [];
  const testNames: string[] = [];

  const addImport = (node: Node | null) => {
    const specifier = literal(node);
    if (node === null) return;
    if (specifier === undefined) opaqueImports.push(lineOf(node.start));
    else imports.push({ specifier, line: lineOf(node.start) });
  };
  const addUse = (what: Reserved, used: string, node: Node) => uses.push({ what, text: used, line: lineOf(node.start) });
  const addFunction = (node: Node & { id?: { name: string } | null }) =>
    functions.push({ name: node.id?.name ?? '(anonymous)', line: lineOf(node.start), length: lineOf(node.end) - lineOf(node.start) + 1 });

  new Visitor({
    ImportDeclaration(node) {
      addImport(node.source);
      for (const use of reservedImport(node.source.value, node.specifiers)) addUse(use, node.source.value, node);
    },
    ExportNamedDeclaration: (node) => addImport(node.source),
    ExportAllDeclaration: (node) => addImport(node.source),
    ImportExpression: (node) => addImport(node.source),
    TSImportType: (node) => addImport(node.source),
    NewExpression(node) {
      const callee = dotted(node.callee);
      const target = literal(node.arguments[0] ?? null);
      if (callee === 'URL' && target !== undefined && dotted(node.arguments[1]) === 'import.meta.url') addImport(node.arguments[0] ?? null);
      if (callee === 'Date' && node.arguments.length === 0) addUse('clock', 'new Date()', node);
    },
    CallExpression(node) {
      const callee = dotted(node.callee);
      if (callee === 'import.meta.resolve') addImport(node.arguments[0] ?? null);
      if (callee === 'Date' || TIMERS.includes(callee)) addUse('clock', callee, node);
      const test = node.callee.type === 'CallExpression' ? dotted(node.callee.callee) : callee;
      const name = literal(node.arguments[0] ?? null);
      if (TEST_CALLS.test(test) && name !== undefined) testNames.push(name);
    },
    MemberExpression(node) {
      const name = dotted(node);
      if (name === 'process.env') addUse('process.env', name, node);
      if (name.startsWith('console.') && name.split('.').length === 2) addUse('console', name, node);
      if (CLOCK_CALLS.includes(name)) addUse('clock', name, node);
    },
    VariableDeclarator(node) {
      const whole = dotted(node.init);
      if (TIMERS.includes(whole)) addUse('clock', whole, node);
      if (node.id.type !== 'ObjectPattern') return;
      for (const property of node.id.properties) {
        if (property.type !== 'Property') continue;
        const name = `${whole}.${dotted(property.key)}`;
        if (name === 'process.env') addUse('process.env', name, node);
        if (CLOCK_CALLS.includes(name)) addUse('clock', name, node);
        if (whole === 'console') addUse('console', name, node);
      }
    },
    FunctionDeclaration: addFunction,
    FunctionExpression: addFunction,
    ArrowFunctionExpression: addFunction,
  }).visit(parsed.program);

  return {
    path,
    lines: text === '' ? 0 : lineStarts.length - (text.endsWith('\n') ? 1 : 0),
    firstComment: parsed.comments[0]?.value ?? '',
    errors: parsed.errors.map((error) => error.message),
    ...{ imports, opaqueImports, uses, functions, testNames },
  };
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

/** Reserved things that come in by import rather than as globals. Under their own names their uses are seen anyway. */
function reservedImport(module: string, specifiers: readonly ImportDeclarationSpecifier[]): Reserved[] {
  const bare = module.replace(/^node:/, '');
  const brings = (name: string) => specifiers.some((each) => each.type === 'ImportSpecifier' && dotted(each.imported) === name);
  const isRenamed = specifiers.some((each) => each.type !== 'ImportSpecifier' || dotted(each.imported) !== each.local.name);
  if (bare === 'timers' || bare === 'timers/promises') return ['clock'];
  if (bare === 'perf_hooks' && isRenamed) return ['clock'];
  if (bare === 'console') return ['console'];
  if (bare === 'process' && (brings('env') || isRenamed)) return ['process.env'];
  return [];
}
