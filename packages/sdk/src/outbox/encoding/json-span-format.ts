import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import { jsonFormat } from './json-format.ts';
import { QUEUES } from '../queue/queue-numbers.ts';
import { amendJsonSpan } from './span-amendment.ts';
import type { SpanFormat } from './span-format.ts';

/** Spans in OTLP/JSON. */
export function jsonSpanFormat(): SpanFormat {
  const names = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' } as const;
  return { ...jsonFormat<ReadableSpan>(QUEUES.jsonSpans, JsonTraceSerializer, names), amend: amendJsonSpan };
}
