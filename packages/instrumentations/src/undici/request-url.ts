import type { Target } from '@clew/spans';

/** Where requests to one origin go. */
export interface Origin {
  /** Without its colon. */
  readonly scheme: string;
  /** As URLs have it: an IPv6 address in brackets. */
  readonly address: string;
  readonly port: number;
  /** What stands before the path in a URL; a password is replaced. */
  readonly prefix: string;
  readonly target: Target;
}

/** The URL of a request, as it is asked for: nothing of it is escaped or resolved anew. */
export interface RequestUrl {
  readonly origin: Origin;
  /** With the query. */
  readonly path: string;
}

/** A process has few; one that crawls the web begins anew. */
const MAX_ORIGINS = 500;
const REDACTED = 'REDACTED';

// A cache: a second copy of this module parses each origin once more.
const origins = new Map<string, Origin>();

/** The URL of a request; `undefined` where it has none. A path that is a URL itself is meant for a proxy. */
export function requestUrl(origin: unknown, path: unknown): RequestUrl | undefined {
  if (typeof path !== 'string') return undefined;
  if (path.startsWith('/')) return withPath(originOf(typeof origin === 'string' ? origin : String(origin)), path);
  const url = URL.parse(path);
  return url === null ? undefined : withPath(originOf(`${url.protocol}//${url.host}`), url.pathname + url.search);
}

function withPath(origin: Origin | undefined, path: string): RequestUrl | undefined {
  return origin === undefined ? undefined : { origin, path };
}

function originOf(text: string): Origin | undefined {
  const known = origins.get(text);
  if (known !== undefined) return known;
  const url = URL.parse(text);
  if (url === null || url.host === '') return undefined;
  if (origins.size >= MAX_ORIGINS) origins.clear();
  const origin = parsedOrigin(url);
  origins.set(text, origin);
  return origin;
}

function parsedOrigin({ protocol, username, password, host, hostname, port }: URL): Origin {
  const userInfo = username === '' && password === '' ? '' : `${REDACTED}:${REDACTED}@`;
  return {
    scheme: protocol.slice(0, -1),
    address: hostname,
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    prefix: `${protocol}//${userInfo}${host}`,
    target: { kind: 'http', host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname },
  };
}
