import { readFileSync } from 'node:fs';
import {
  type Config,
  MOST_CONNECTIONS_BY_DEFAULT,
  RESERVED_DESCRIPTORS,
  UNAVAILABLE,
  VARIABLES,
  type Variable,
} from './config/variables.ts';

export type { TrustProxy } from './config/parsers.ts';
export type { Config } from './config/variables.ts';

export interface ConfigProblem {
  readonly name: string;
  /** As it was given; secrets masked. */
  readonly value: string;
  /** What is wrong, and what is allowed. */
  readonly problem: string;
}

export type ConfigOutcome =
  | { readonly kind: 'ok'; readonly config: Config }
  | { readonly kind: 'wrong'; readonly problems: readonly ConfigProblem[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration; says everything that is wrong with it at once. */
export function readConfig(env: Environment = process.env, descriptorLimit: number = readDescriptorLimit()): ConfigOutcome {
  const problems: ConfigProblem[] = [];
  const values: Record<string, unknown> = {};
  for (const [field, variable] of Object.entries<Variable<unknown>>(VARIABLES)) values[field] = readOne(variable, env, problems);
  for (const variable of UNAVAILABLE) refuseUnavailable(variable, env, problems);
  if (problems.length > 0) return { kind: 'wrong', problems };
  // The table has a parser for each field and nothing else (its type says so), and all of them succeeded.
  const given = values as unknown as Omit<Config, 'maxConnections'> & { readonly maxConnections: number | undefined };
  const isUnlimited = given.ratePerSec === 0 || given.rateBurst === 0;
  const config: Config = {
    ...given,
    maxConnections: given.maxConnections ?? defaultMaxConnections(descriptorLimit),
    ...(isUnlimited ? { ratePerSec: 0, rateBurst: 0 } : {}),
  };
  return { kind: 'ok', config: Object.freeze(config) };
}

/** The folder in which somebody typed the command: npm itself goes to the repository's root before it runs a script. */
export function readCallFolder(env: Environment = process.env): string {
  return env.INIT_CWD ?? '.';
}

/** What a process that we start gets, unless it is told otherwise. */
export function readEnvironment(env: Environment = process.env): Environment {
  return env;
}

/** One message for all of it, ready to print. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ name, value, problem }) => `  ${name}=${value}\n    ${problem}`);
  const count = problems.length === 1 ? 'One setting is' : `${problems.length} settings are`;
  return `${count} wrong, so the server does not start:\n${lines.join('\n')}\nAll settings: docs/configuration.md`;
}

/** Connections that leave enough descriptors for everything else. */
export function defaultMaxConnections(descriptorLimit: number): number {
  return Math.min(MOST_CONNECTIONS_BY_DEFAULT, Math.max(100, descriptorLimit - RESERVED_DESCRIPTORS));
}

function readOne(variable: Variable<unknown>, env: Environment, problems: ConfigProblem[]): unknown {
  const given = env[variable.name]?.trim();
  const text = given === undefined || given === '' ? variable.preset : given;
  if (text === undefined) return undefined;
  const parsed = variable.parse(text);
  if (parsed === undefined) problems.push({ ...shown(variable, text), problem: `Allowed: ${variable.allowed}.${hint(variable, text)}` });
  return parsed;
}

function hint(variable: Variable<unknown>, text: string): string {
  return variable === VARIABLES.store && text.toLowerCase() === 'dynamodb' ? ' The DynamoDB store is not available in this version.' : '';
}

function refuseUnavailable(variable: Variable<string>, env: Environment, problems: ConfigProblem[]): void {
  const text = env[variable.name]?.trim();
  if (text === undefined || (text === '' && variable.mayBeEmpty !== true)) return;
  const isValid = variable.parse(text) !== undefined;
  const wrong = isValid ? '' : ` The value is wrong too; allowed: ${variable.allowed}.`;
  problems.push({ ...shown(variable, text), problem: `${variable.name} is not available in this version; remove it.${wrong}` });
}

function shown(variable: Variable<unknown>, text: string): { name: string; value: string } {
  if (variable.isSecret === true) return { name: variable.name, value: '(hidden)' };
  const withoutPassword = text.replace(/(:\/\/)[^/@]*@/, '$1(hidden)@');
  const cut = withoutPassword.length > 200 ? `${withoutPassword.slice(0, 200)}…` : withoutPassword;
  return { name: variable.name, value: JSON.stringify(cut) };
}

/** Files and sockets that this process may have open; 10,000 where the system does not tell. */
function readDescriptorLimit(): number {
  try {
    const match = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    if (match?.[1] === 'unlimited') return Number.MAX_SAFE_INTEGER;
    return match?.[1] === undefined ? 10_000 : Number(match[1]);
  } catch {
    return 10_000;
  }
}
