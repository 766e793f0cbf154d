import { BlockList, isIP } from 'node:net';
import type { TrustProxy } from '../config.ts';

/** What of a request tells where it came from; a Node request has this shape. */
export interface AddressedRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type ClientAddressReader = (request: AddressedRequest) => string;

const UNKNOWN = 'unknown';
/** A chain of more proxies than this is nobody's network; the rest of the header is not read. */
const MAX_HOPS = 20;

/** Reads the client's address: the socket's, or what the trusted proxies say in front of it. Forged parts are never reached. */
export function clientAddressReader(trust: TrustProxy): ClientAddressReader {
  if (trust === 'none') return (request) => socketAddress(request);
  const isTrusted = typeof trust === 'number' ? (_address: string, hop: number) => hop < trust : listed(trust);
  return (request) => {
    let address = socketAddress(request);
    const chain = forwarded(request);
    for (let hop = 0; hop < chain.length && isTrusted(address, hop); hop++) {
      const next = bareAddress(chain[chain.length - 1 - hop] ?? '');
      if (next === undefined) break;
      address = next;
    }
    return address;
  };
}

/** What limits are kept by: an IPv4 address, or the /64 of an IPv6 one, since a single host owns all of that. */
export function addressKey(address: string): string {
  const plain = withoutMapping(address);
  if (isIP(plain) !== 6) return plain;
  return `${expandIpv6(plain).slice(0, 4).join(':')}::/64`;
}

function socketAddress(request: AddressedRequest): string {
  return withoutMapping(request.socket.remoteAddress ?? UNKNOWN);
}

function forwarded(request: AddressedRequest): readonly string[] {
  const header = request.headers['x-forwarded-for'];
  const text = typeof header === 'object' ? header.join(',') : (header ?? '');
  return text === '' ? [] : text.split(',').slice(-MAX_HOPS);
}

/** `1.2.3.4`, `1.2.3.4:5678`, `::1`, `[::1]:5678` as a bare address. */
function bareAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const address = /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return isIP(address) === 0 ? undefined : withoutMapping(address);
}

function withoutMapping(address: string): string {
  const zoneless = address.split('%', 1)[0] ?? address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(zoneless)?.[1] ?? zoneless;
}

function listed(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** The eight groups without leading zeros. */
function expandIpv6(address: string): readonly string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].map((group) => group.replace(/^0+(?=.)/, ''));
}

function groups(text: string): readonly string[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => (group.includes('.') ? ipv4Groups(group) : [group]));
}

function ipv4Groups(text: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}
