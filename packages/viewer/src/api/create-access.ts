import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { type AccessRefusal, isLocalOrigin, refuseForeign } from '../receiver/is-local.ts';

/** Right to ask: of this machine, or of everybody who knows the token. */
export interface Access {
  /** For programs. */
  readonly refusal: AccessRefusal;
  /** For the page and what it asks for, by the cookie that `cookieFor` made. */
  pageRefusal(request: IncomingMessage): Refusal | undefined;
  /** A header `set-cookie` for who has brought the right token in the address of a page. */
  cookieFor(request: IncomingMessage, token: string): string | undefined;
}

type Refusal = NonNullable<ReturnType<AccessRefusal>>;

const CROSS_SITE: Refusal = { status: 403, problem: 'pages from elsewhere may not ask this viewer' };
const NO_TOKEN: Refusal = {
  status: 401,
  problem: 'this viewer needs its token: a header Authorization: Bearer <token>, or ?token=<token> for the page',
};

const MIN_TOKEN = 16;
const TOKEN = /^[!-~]+$/;

/**
 * Without a token only this machine is answered, by the name in the header `Host`: a page from elsewhere whose name was
 * made to point here sends its own. With one, everybody who has it is.
 *
 * @throws TypeError for a token of fewer than 16 characters, or with others than visible ASCII
 */
export function createAccess(token: string | undefined): Access {
  if (token === undefined) {
    return {
      refusal: refuseForeign,
      pageRefusal: (request) => refuseForeign(request) ?? crossSite(request),
      cookieFor: () => undefined,
    };
  }
  if (token.length < MIN_TOKEN || !TOKEN.test(token)) {
    throw new TypeError(`expected a token of at least ${MIN_TOKEN} visible ASCII characters`);
  }
  const cookie = createHmac('sha256', token).update('cookie of the page').digest('hex');

  function hasToken({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const [scheme = '', given = ''] = headers.authorization?.split(' ') ?? [];
    return scheme.toLowerCase() === 'bearer' && isSame(given, token ?? '');
  }
  function hasCookie(request: IncomingMessage): boolean {
    const prefix = `${cookieName(request)}=`;
    const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    return cookies.some((pair) => pair.startsWith(prefix) && isSame(pair.slice(prefix.length), cookie));
  }

  return {
    refusal: (request) => (hasToken(request) ? undefined : NO_TOKEN),
    pageRefusal: (request) => (hasToken(request) || hasCookie(request) ? crossSite(request) : NO_TOKEN),
    cookieFor: (request, given) =>
      isSame(given, token) ? `${cookieName(request)}=${cookie}; HttpOnly; SameSite=Strict; Path=/` : undefined,
  };
}

/** Cookies know no ports, but each viewer has its own token. */
function cookieName({ socket }: IncomingMessage): string {
  return `clew-viewer-${socket.localPort}`;
}

/** Refuses what a browser asks for on behalf of a page from elsewhere. A link that a person follows to a page is none. */
function crossSite({ headers, url = '' }: IncomingMessage): Refusal | undefined {
  if (url.startsWith('/api') && isForeignOrigin(headers)) return CROSS_SITE;
  if (headers['sec-fetch-site'] !== 'cross-site') return undefined;
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return isLink && !url.startsWith('/api') ? undefined : CROSS_SITE;
}

/** Older browsers send nothing but the origin. */
function isForeignOrigin({ origin, host }: IncomingMessage['headers']): boolean {
  return origin !== undefined && !isLocalOrigin(origin) && URL.parse(origin)?.host !== host;
}

/** Compares in a time that tells nothing about how much is the same. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
