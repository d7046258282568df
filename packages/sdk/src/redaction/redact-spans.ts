import { placeOfError, reportOnce } from '@clew/diagnostics';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';

import { spanObserver } from '../otel/span-observer.ts';
import { redactAttributes } from './redact-attributes.ts';
import { REDACTED } from './text/redacted.ts';
import type { Redactor } from './redactor.ts';

/** A span while it ends: what was written by its API can be written over. */
type EndingSpan = { -readonly [K in 'name' | 'attributes' | 'events' | 'links']: ReadableSpan[K] } & {
  status: { message?: string };
};

/**
 * Redacts each span when it ends, before any processor is given it as ended. To be the last of the processors: what
 * the others write on a span that ends is redacted, too. A span that cannot be redacted loses what it says.
 */
export function redactSpans(redactor: Redactor): SpanProcessor {
  return spanObserver({
    onEnding(span) {
      const ending = span as EndingSpan & Span;
      try {
        redactSpan(ending, redactor);
      } catch (error) {
        reportOnce('redaction of spans', `cannot redact a span (${placeOfError(error)}); sending it empty`);
        withhold(ending);
      }
    },
  });
}

function redactSpan(span: EndingSpan, redactor: Redactor): void {
  span.name = redactor.text('span.name', span.name);
  redactAttributes(span.attributes, redactor);
  const { message } = span.status;
  if (message !== undefined) span.status.message = redactor.text('span.status.message', message);
  for (const event of span.events) {
    event.name = redactor.text('event.name', event.name);
    if (event.attributes !== undefined) redactAttributes(event.attributes, redactor);
  }
  for (const { attributes } of span.links) {
    if (attributes !== undefined) redactAttributes(attributes, redactor);
  }
}

function withhold(span: EndingSpan): void {
  span.name = REDACTED;
  span.attributes = {};
  span.events = [];
  span.links = span.links.map(({ context }) => ({ context }));
  delete span.status.message;
}
