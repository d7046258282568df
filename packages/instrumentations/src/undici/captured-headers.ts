import type { Attributes } from '@opentelemetry/api';

/** Attributes by the name of the header that they are made of, in lower case; `undefined` without any. */
export type CapturedHeaders = ReadonlyMap<string, string> | undefined;

export function capturedHeaders(kind: 'request' | 'response', names: readonly string[] = []): CapturedHeaders {
  if (names.length === 0) return undefined;
  return new Map(names.map((name) => [name.toLowerCase(), `http.${kind}.header.${name.toLowerCase()}`]));
}

/** Adds the headers that are wanted: each is a list of its values, as the conventions have it. */
export function captureHeaders(
  captured: ReadonlyMap<string, string>,
  headers: Iterable<readonly [name: string, value: string | readonly string[]]>,
  attributes: Attributes,
): void {
  for (const [name, value] of headers) {
    const attribute = captured.get(name);
    if (attribute === undefined) continue;
    const before = (attributes[attribute] ?? []) as string[];
    attributes[attribute] = before.concat(value);
  }
}

/** Names in lower case with their values, of a response: in turn, as bytes or texts, or by name. */
export function responseHeaders(headers: unknown): [name: string, value: string | string[]][] {
  if (Array.isArray(headers)) {
    const pairs: [string, string][] = [];
    for (let index = 0; index + 1 < headers.length; index += 2) {
      pairs.push([String(headers[index]).toLowerCase(), String(headers[index + 1])]);
    }
    return pairs;
  }
  return Object.entries(headers ?? {}).map(([name, value]: [string, unknown]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.map(String) : String(value),
  ]);
}
