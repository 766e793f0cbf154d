/**
 * Whether a browser page of this origin may talk to us. `host` is the request's own Host header: a page that we served is
 * always allowed, whatever the scheme (a proxy in front may have ended TLS). No Origin: not a browser, so there is no
 * page that could abuse somebody's session.
 */
export function isOriginAllowed(origin: string | undefined, host: string | undefined, allowed: readonly string[] | '*'): boolean {
  if (origin === undefined || allowed === '*') return true;
  const asked = webOrigin(origin);
  if (asked === undefined) return false;
  return allowed.includes(asked.origin) || (host !== undefined && isHost(asked, host));
}

/** Parsed, when it is an origin and nothing more: `null`, lists and addresses with a path are none. */
function webOrigin(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const parsed = new URL(text);
  const isWeb = parsed.protocol === 'https:' || parsed.protocol === 'http:';
  return isWeb && parsed.origin === text.toLowerCase() ? parsed : undefined;
}

function isHost(asked: URL, host: string): boolean {
  const own = `${asked.protocol}//${host}`;
  return !/[/\\@?#]/.test(host) && URL.canParse(own) && new URL(own).host === asked.host;
}
