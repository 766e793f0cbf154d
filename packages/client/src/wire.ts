import type { ClientFrame } from '@hubbub/protocol';

/** A client's frame as JSON text. */
export function encodeClientFrame(frame: ClientFrame): string {
  return JSON.stringify(frame, (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value));
}

export interface Address {
  readonly url: string;
  readonly userId: string | undefined;
  readonly username: string | undefined;
  readonly history: number | undefined;
  readonly token: string | undefined;
}

/** The address of a connection that joins no room by itself: rooms are joined by frames, which can say from where. */
export function addressOf({ url, ...query }: Address): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = given.map(([name, value]) => `&${name}=${encodeURIComponent(String(value))}`).join('');
  return `${url}${url.includes('?') ? '&' : '?'}room=${text}`;
}
