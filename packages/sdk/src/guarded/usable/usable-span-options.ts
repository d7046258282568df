import { readProperty, reportOnce } from '@clew/diagnostics';
import { SpanKind, type SpanOptions } from '@opentelemetry/api';

import { aKindOf, kindOf } from './input-in-words.ts';
import { usableAttributes } from './usable-attributes.ts';
import { usableLinks } from './usable-link.ts';
import { usableTime } from './usable-time.ts';

/** Reads the usable options of a span, each once. Reports what is left out. */
export function usableSpanOptions(options: unknown): SpanOptions {
  if (options === undefined) return {};
  if (typeof options !== 'object' || options === null) {
    reportOnce('options of a span', `expected an object of span options, got ${aKindOf(options)}; ignored`);
    return {};
  }
  const usable: { [Key in keyof SpanOptions]: SpanOptions[Key] | undefined } = {
    root: Boolean(readProperty(options, 'root')),
    kind: usableKind(readProperty(options, 'kind')),
    attributes: usableAttributes(readProperty(options, 'attributes')),
    links: usableLinks(readProperty(options, 'links')),
    startTime: usableTime('start', readProperty(options, 'startTime')),
  };
  return usable as SpanOptions; // what is undefined there has its default
}

export function usableKind(kind: unknown): SpanKind | undefined {
  if (kind === undefined) return undefined;
  if (typeof kind === 'number' && SpanKind[kind] !== undefined) return kind;
  reportOnce('kind of a span', `unknown span kind (${kindOf(kind)}); using INTERNAL`);
  return undefined;
}
