import { placeOfError, reportOnce } from '@clew/diagnostics';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

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
 *
 * @param isLeft tells a span that its encoder redacts, before anybody else reads it
 */
export function redactSpans(redactor: Redactor, isLeft: (span: ReadableSpan) => boolean = () => false): SpanProcessor {
  return spanObserver({
    onEnding: (span) => void (isLeft(span) || redactOrWithhold(span, redactor)),
  });
}

/** Redacts a span where it is. One that cannot be redacted loses what it says. */
export function redactOrWithhold(span: ReadableSpan, redactor: Redactor): void {
  try {
    redactAttributes(span.attributes, redactor);
    redactAround(span, redactor);
  } catch (error) {
    reportOnce('redaction of spans', `cannot redact a span (${placeOfError(error)}); sending it empty`);
    withhold(span);
  }
}

/** Redacts all of a span but its own attributes. */
export function redactAround(ended: ReadableSpan, redactor: Redactor): void {
  const span = ended as EndingSpan;
  span.name = redactor.text('span.name', span.name);
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

function withhold(ended: ReadableSpan): void {
  const span = ended as EndingSpan;
  span.name = REDACTED;
  span.attributes = {};
  span.events = [];
  span.links = span.links.map(({ context }) => ({ context }));
  delete span.status.message;
}
