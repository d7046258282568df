import type { Attributes } from '@opentelemetry/api';

/** Names of headers, in whichever case. */
export interface CapturedHeaderNames {
  readonly requestHeaders?: readonly string[];
  readonly responseHeaders?: readonly string[];
}

/** Headers that become attributes. */
export interface CapturedHeaders {
  readonly request: readonly CapturedHeader[];
  readonly response: readonly CapturedHeader[];
}

interface CapturedHeader {
  /** In lower case. */
  readonly name: string;
  readonly attribute: string;
}

/** Returns `undefined` where nothing is to be captured. */
export function capturedHeaders(names: CapturedHeaderNames | undefined): CapturedHeaders | undefined {
  const request = headersOf('request', names?.requestHeaders);
  const response = headersOf('response', names?.responseHeaders);
  return request.length + response.length === 0 ? undefined : { request, response };
}

/**
 * Attributes of the headers that are there: each is a list of texts.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/
 */
export function captureHeaders(
  captured: readonly CapturedHeader[],
  valueOf: (name: string) => number | string | readonly string[] | undefined,
): Attributes {
  const attributes: Attributes = {};
  for (const { name, attribute } of captured) {
    const value = valueOf(name);
    if (value !== undefined) attributes[attribute] = Array.isArray(value) ? value.map(String) : [String(value)];
  }
  return attributes;
}

function headersOf(kind: 'request' | 'response', names: readonly string[] = []): CapturedHeader[] {
  const unique = new Set(names.map((name) => name.toLowerCase()));
  return Array.from(unique, (name) => ({ name, attribute: `http.${kind}.header.${name}` }));
}
