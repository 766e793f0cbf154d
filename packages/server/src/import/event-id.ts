import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/**
 * The name space of ids that an import makes: UUID v5 of the DNS name space and `import.hubbub`. Fixed for ever: another one would
 * make the second import of a file a first one.
 */
export const IMPORT_NAMESPACE = uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'import.hubbub');

/** What makes two events of a file equal, so that they are told apart by their rank alone. */
export interface EventIdentity {
  readonly room: string;
  readonly user: string;
  readonly type: string;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  /** Empty for joins and leaves. */
  readonly content: string;
}

/**
 * The id of an event that has none: the same for the same file, in any run, on any machine. `rank` counts the equal events before
 * it in the file, from 0.
 */
export function eventId(identity: EventIdentity, rank: number): string {
  const { room, user, type, time, content } = identity;
  return uuidV5(IMPORT_NAMESPACE, JSON.stringify([room, user, type, time, content, rank]));
}

/** RFC 9562, section 5.5: SHA-1 of the name space's bytes and the name in UTF-8. */
export function uuidV5(namespace: string, name: string): string {
  const hex = hash('sha1', Buffer.concat([Buffer.from(namespace.replaceAll('-', ''), 'hex'), Buffer.from(name, 'utf8')]), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
