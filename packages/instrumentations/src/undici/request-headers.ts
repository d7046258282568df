import type { TextMapSetter } from '@opentelemetry/api';

import type { UndiciRequest } from './undici-config.ts';

type Headers = UndiciRequest['headers'];

/**
 * Writes headers into a request of undici's, in the place of those of the same name. What the application made the
 * request with stays as it is: undici has copied it.
 */
export const requestSetter: TextMapSetter<UndiciRequest> = {
  set(request, name, value) {
    remove(request, name);
    if (name === 'traceparent') remove(request, 'tracestate'); // it belongs to the parent that is replaced
    request.addHeader(name, value); // throws where the name or the value cannot be sent
  },
};

/** The value that a header was given last, or its list of values; the name in lower case. */
export function lastHeader(headers: Headers, name: string): string | string[] | undefined {
  if (!Array.isArray(headers)) return headersOf(headers).findLast(([key]) => key === name)?.[1];
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (isNamed(headers[index], name)) return headers[index + 1];
  }
  return undefined;
}

/** Names in lower case, with their values. */
export function headersOf(headers: Headers): [name: string, value: string | string[]][] {
  if (typeof headers === 'string') return headers.split('\r\n').flatMap(headerOfLine);
  const pairs: [string, string | string[]][] = [];
  if (!Array.isArray(headers)) return pairs; // those of a version that is not known
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index];
    if (typeof name === 'string') pairs.push([name.toLowerCase(), headers[index + 1] ?? '']);
  }
  return pairs;
}

/** Finds the values of a header, by its name in lower case; `undefined` where it is not there. */
export function valuesOf(
  headers: readonly (readonly [name: string, value: string | readonly string[]])[],
): (name: string) => readonly string[] | undefined {
  return (name) => {
    const values = headers.filter(([key]) => key === name).flatMap(([, value]) => value);
    return values.length === 0 ? undefined : values;
  };
}

function headerOfLine(line: string): [string, string][] {
  const colon = line.indexOf(':');
  return colon === -1 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]];
}

function remove(request: UndiciRequest, name: string): void {
  const { headers } = request;
  if (typeof headers === 'string') {
    const others = headers.split('\r\n').filter((line) => !isNamed(line.slice(0, line.indexOf(':')), name));
    if (headers.length > name.length) request.headers = others.join('\r\n');
  } else if (Array.isArray(headers)) {
    for (let index = headers.length - 2; index >= 0; index -= 2) {
      if (isNamed(headers[index], name)) headers.splice(index, 2);
    }
  }
}

/** Most differ by their length. */
function isNamed(key: unknown, name: string): boolean {
  return (
    typeof key === 'string' && key.length === name.length && (key === name || key.toLowerCase() === name.toLowerCase())
  );
}
