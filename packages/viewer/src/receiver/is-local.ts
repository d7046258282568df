import type { IncomingHttpHeaders } from 'node:http';

/** Says why a request with these headers may not be made, if it may not. */
export type AccessRefusal = (request: {
  readonly headers: IncomingHttpHeaders;
}) => { readonly status: number; readonly problem: string } | undefined;

/** Refuses requests that name another host than this machine. */
export const refuseForeign: AccessRefusal = ({ headers }) =>
  isLocalHost(headers.host) ? undefined : { status: 403, problem: 'this viewer answers to the name localhost only' };

const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a `Host` header names this machine. A page from elsewhere whose name was made to point here (DNS rebinding)
 * sends its own name.
 */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && isLocalUrl(`http://${host}`);
}

/** Whether an `Origin` header is that of a page served from this machine. */
export function isLocalOrigin(origin: string | undefined): boolean {
  return origin !== undefined && /^https?:/.test(origin) && isLocalUrl(origin);
}

function isLocalUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && LOCAL_NAMES.has(url.hostname) && url.username === '' && url.pathname === '/';
}
