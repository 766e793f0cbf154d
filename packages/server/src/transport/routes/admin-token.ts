import { createHash, timingSafeEqual } from 'node:crypto';
import { type Answer, refused } from '../answer.ts';

/** Checks an `Authorization` header; undefined: it is the administrator's. */
export function adminGuard(adminToken: string): (authorization: string | undefined) => Answer | undefined {
  const isToken = secretComparison(adminToken);
  return (authorization) => {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token !== undefined && isToken(token)) return undefined;
    const answer = refused('unauthorized', "The administrator's token of this server is needed; it lies in its data folder.");
    return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
  };
}

/** Compares in a time that tells nothing about the secret, nor its length: hashes are of one length. An empty secret fits nothing. */
function secretComparison(secret: string): (text: string) => boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const expected = hash(secret);
  return (text) => timingSafeEqual(hash(text), expected) && secret !== '';
}
