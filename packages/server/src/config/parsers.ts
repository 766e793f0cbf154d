import { isIP } from 'node:net';

/** What the text of a variable means; undefined when it is not allowed. Texts come trimmed and not empty. */
export type Parser<T> = (text: string) => T | undefined;

/** Which proxies may say who the client is: nobody, the last `n` hops, or these addresses and networks (CIDR). */
export type TrustProxy = 'none' | number | readonly string[];

export function integer(min: number, max: number): Parser<number> {
  return (text) => {
    if (!/^\d{1,15}$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  };
}

export function decimal(min: number, max: number): Parser<number> {
  return (text) => {
    if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  };
}

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 };

/** `1048576`, `64 MiB`, `1GiB`. */
export function bytes(min: number, max: number): Parser<number> {
  return (text) => {
    const match = /^(\d{1,15})\s*([KMG]iB)?$/i.exec(text);
    if (match === null) return undefined;
    const value = Number(match[1]) * (BYTE_UNITS[(match[2] ?? '').toUpperCase()] ?? Number.NaN);
    return value >= min && value <= max ? value : undefined;
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Parser<T> {
  return (text) => words.find((word) => word === text.toLowerCase());
}

export function onOff(text: string): boolean | undefined {
  const word = oneOf('on', 'off', 'true', 'false', '1', '0')(text);
  return word === undefined ? undefined : word === 'on' || word === 'true' || word === '1';
}

/** Printable text without spaces at its ends. */
export function plainText(maxLength: number): Parser<string> {
  return (text) => (text.length <= maxLength && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) ? text : undefined);
}

export function hostName(text: string): string | undefined {
  return isIP(text) !== 0 || /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?$/i.test(text) ? text : undefined;
}

export function url(...protocols: readonly string[]): Parser<string> {
  return (text) => (URL.canParse(text) && protocols.includes(new URL(text).protocol) ? text : undefined);
}

/** `*`, or origins (`https://chat.example.org`) in the form in which browsers send them. */
export function origins(text: string): readonly string[] | '*' | undefined {
  if (text === '*') return '*';
  const found = text.split(',').map((part) => origin(part.trim()));
  return found.every((part) => part !== undefined) ? Object.freeze(found) : undefined;
}

function origin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const parsed = new URL(text);
  const isWeb = parsed.protocol === 'https:' || parsed.protocol === 'http:';
  const isBare = parsed.pathname === '/' && parsed.search === '' && parsed.hash === '' && parsed.username === '' && parsed.password === '';
  return isWeb && isBare && !text.includes('*') ? parsed.origin : undefined;
}

export function trustProxy(text: string): TrustProxy | undefined {
  if (text.toLowerCase() === 'none') return 'none';
  if (/^[1-9]$/.test(text)) return Number(text);
  const networks = text.split(',').map((part) => part.trim());
  return networks.every(isNetwork) ? Object.freeze(networks) : undefined;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
