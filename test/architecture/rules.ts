import { posix } from 'node:path';
import { findCycles } from './cycles.ts';
import type { Import, Source } from './source.ts';
import { isProduct, isTestCode } from './tree.ts';
import { RESERVED, ZONES, type Zone } from './zones.ts';

export type RuleName =
  | 'parse'
  | 'zone'
  | 'unresolved'
  | 'opaque'
  | 'table'
  | 'external'
  | 'stranger'
  | 'test-code'
  | 'reserved'
  | 'cycle'
  | 'size';

export interface Violation {
  readonly rule: RuleName;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

type Sources = ReadonlyMap<string, Source>;
type Target = { readonly kind: 'file'; readonly path: string } | Unseen<'external'> | Unseen<'asset'> | Unseen<'unresolved'>;
type Unseen<Kind> = { readonly kind: Kind };

const MAX_LINES = 400;
const REASON = /over 400 lines because/i;

/** Every broken rule of a tree. */
export function check(sources: Sources): readonly Violation[] {
  const perFile = [...sources.values()].flatMap((source) => [
    ...parsing(source),
    ...size(source),
    ...(isProduct(source.path) ? [...imports(source, sources), ...reserved(source)] : []),
  ]);
  return [...perFile, ...cycles(sources)];
}

const parsing = ({ path, errors }: Source): Violation[] => errors.map((message) => ({ rule: 'parse', path, line: 1, message }));

function size({ path, lines, firstComment }: Source): Violation[] {
  if (lines <= MAX_LINES || REASON.test(firstComment)) return [];
  return [
    { rule: 'size', path, line: 1, message: `${lines} lines; split it, or begin with a comment "Over ${MAX_LINES} lines because …"` },
  ];
}

function imports(source: Source, sources: Sources): Violation[] {
  const { path } = source;
  const zone = zoneOf(path);
  if (zone === undefined) return [{ rule: 'zone', path, line: 1, message: 'belongs to no zone of the import table' }];
  const opaque = source.opaqueImports.map(
    (line): Violation => ({ rule: 'opaque', path, line, message: 'the target of this import cannot be read' }),
  );
  return [...opaque, ...source.imports.flatMap((each) => judge(path, zone, each, resolve(path, each.specifier, sources)))];
}

function judge(path: string, zone: Zone, { specifier, line }: Import, target: Target): Violation[] {
  const violation = (rule: RuleName, message: string): Violation[] => [{ rule, path, line, message }];
  if (target.kind === 'unresolved') return violation('unresolved', `${specifier} is no file of this tree`);
  if (target.kind === 'asset') return [];
  if (target.kind === 'external') {
    const isAllowed = zone.external === undefined || zone.external.some((pattern) => pattern.test(specifier));
    return isAllowed ? [] : violation('external', `${zone.name} may not import ${specifier}`);
  }
  if (isTestCode(target.path)) return violation('test-code', `a source may not import test code (${target.path})`);
  const other = zoneOf(target.path);
  if (other === undefined) return violation('table', `${target.path} is outside of the import table`);
  if (other !== zone)
    return zone.mayImport.includes(other.name) ? [] : violation('table', `${zone.name} may not import ${other.name} (${target.path})`);
  const isStranger = instanceOf(zone, path) !== instanceOf(zone, target.path);
  return isStranger ? violation('stranger', `one ${zone.name} may not import another (${target.path})`) : [];
}

function reserved({ path, uses }: Source): Violation[] {
  return uses.flatMap(({ what, text, line }): Violation[] => {
    const rule = RESERVED.find((each) => each.what === what);
    if (rule === undefined || !rule.within.test(path) || rule.only.test(path)) return [];
    return [{ rule: 'reserved', path, line, message: `${text} belongs to ${rule.only.source.replace(/[\\^$]/g, '')} alone` }];
  });
}

function cycles(sources: Sources): Violation[] {
  const edges = new Map<string, string[]>();
  for (const { path, imports: each } of sources.values()) {
    const targets = each.map(({ specifier }) => resolve(path, specifier, sources));
    edges.set(
      path,
      targets.flatMap((target) => (target.kind === 'file' ? [target.path] : [])),
    );
  }
  return findCycles(edges).map((cycle) => ({ rule: 'cycle', path: cycle[0] ?? '', line: 1, message: cycle.join(' → ') }));
}

const zoneOf = (path: string): Zone | undefined => ZONES.find(({ match }) => match.test(path));
const instanceOf = (zone: Zone, path: string): string | undefined => zone.match.exec(path)?.groups?.instance;

/** Where an import leads. Our own packages are entered through their index alone; folders and files that are no sources are assets. */
function resolve(from: string, specifier: string, sources: Sources): Target {
  const own = /^@hubbub\/([a-z-]+)(\/.*)?$/.exec(specifier);
  if (own !== null) {
    const [, name = '', rest] = own;
    return fileOr(`packages/${name}/src${rest ?? ''}/index.ts`, sources);
  }
  if (!specifier.startsWith('.')) return { kind: 'external' };
  const path = posix.normalize(posix.join(posix.dirname(from), specifier));
  const isOtherPackage = isProduct(from) && packageOf(path) !== packageOf(from) && !isTestCode(path);
  return isOtherPackage ? { kind: 'unresolved' } : fileOr(path, sources);
}

const packageOf = (path: string): string => path.split('/').slice(0, 2).join('/');

function fileOr(path: string, sources: Sources): Target {
  if (sources.has(path)) return { kind: 'file', path };
  const isAsset = path.endsWith('/') || (/\.[a-z0-9]+$/.test(path) && !/\.[cm]?[jt]sx?$/.test(path));
  return isAsset ? { kind: 'asset' } : { kind: 'unresolved' };
}
