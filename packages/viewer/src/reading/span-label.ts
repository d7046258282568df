import { SPAN_KIND, type SpanRecord } from '../span-record.ts';

/**
 * Returns the name of a span on the screen: its own, and where HTTP gave it nothing but the method, the path as well. A
 * name must have few values, so it lacks the path where there is no route; a person who looks at one trace wants it.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#name
 */
export function spanLabel({ name, kind, attributes }: Pick<SpanRecord, 'name' | 'kind' | 'attributes'>): string {
  if (name !== attributes['http.request.method']) return name;
  const path = attributes['url.path'];
  if (typeof path === 'string') return `${name} ${path}`;
  const fullUrl = attributes['url.full'];
  const url = kind === SPAN_KIND.client && typeof fullUrl === 'string' ? URL.parse(fullUrl) : null;
  return url === null ? name : `${name} ${url.host}${url.pathname}`;
}
