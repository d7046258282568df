import type { HeaderValue } from './header-value.ts';

/**
 * The headers of a request in any of their forms: a `Headers` or a `Map` with lowercase keys, an object such as
 * `req.headers` in Node.js, or a function that returns the header of a lowercase name.
 */
export type RequestHeaders = HeadersLike | ((name: string) => HeaderValue) | { readonly [name: string]: HeaderValue };

interface HeadersLike {
  get(name: string): HeaderValue;
}

/**
 * The value or values of one header.
 *
 * @param name in lowercase; an object may have it in any case, and even twice
 */
export function headerOf(headers: RequestHeaders, name: string): HeaderValue {
  if (typeof headers === 'function') return headers(name);
  if (hasGet(headers)) return headers.get(name);
  const names = Object.keys(headers).filter((key) => key.toLowerCase() === name);
  return names.flatMap((key) => headers[key] ?? []);
}

const hasGet = (headers: HeadersLike | object): headers is HeadersLike =>
  'get' in headers && typeof headers.get === 'function';
