import { hasError, isException, type SpanRecord } from '../span-record.ts';
import { errorNote } from './error-note.ts';

/** Where an error began, and what it says. */
export interface ErrorOrigin {
  readonly span: SpanRecord;
  readonly text: string;
}

/**
 * The failed spans of a trace, without those that an error only passed through on its way up: they say the same as a span
 * below them, or nothing but a status of HTTP or gRPC while one below them failed.
 */
export function errorOrigins(spans: readonly SpanRecord[]): ErrorOrigin[] {
  const failed = spans.filter(hasError).map((span) => ({ span, text: errorNote(span) ?? '' }));
  const below = new Map<string, Set<string>>();
  for (const { span, text } of failed) {
    if (span.parentSpanId === undefined) continue;
    const texts = below.get(span.parentSpanId);
    if (texts === undefined) below.set(span.parentSpanId, new Set([text]));
    else texts.add(text);
  }
  return failed.filter(({ span, text }) => {
    const texts = below.get(span.spanId);
    return texts === undefined || (hasOwnMessage(span) && !texts.has(text));
  });
}

function hasOwnMessage({ status, events }: SpanRecord): boolean {
  return (status.message ?? '') !== '' || events.some(isException);
}
