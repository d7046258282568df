const KNOWN: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
]);

/** A method that the conventions do not know. */
export const OTHER_METHOD = '_OTHER';

/**
 * The value of `http.request.method`: in upper case, and `_OTHER` for what the conventions do not know.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/
 */
export function requestMethod(method: string | undefined): string {
  if (method === undefined) return 'GET';
  if (KNOWN.has(method)) return method;
  const upperCase = method.toUpperCase();
  return KNOWN.has(upperCase) ? upperCase : OTHER_METHOD;
}
