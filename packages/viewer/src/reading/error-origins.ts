import { hasError, type SpanRecord } from '../span-record.ts';
import { errorNote } from './error-note.ts';

/** Where an error began, and what it says. */
export interface ErrorOrigin {
  readonly span: SpanRecord;
  readonly text: string;
}

/** The failed spans of a trace, without those that an error of the same text only passed through on its way up. */
export function errorOrigins(spans: readonly SpanRecord[]): ErrorOrigin[] {
  const failed = spans.filter(hasError).map((span) => ({ span, text: errorNote(span) ?? '' }));
  const below = new Map<string, Set<string>>();
  for (const { span, text } of failed) {
    if (span.parentSpanId === undefined) continue;
    const texts = below.get(span.parentSpanId);
    if (texts === undefined) below.set(span.parentSpanId, new Set([text]));
    else texts.add(text);
  }
  return failed.filter(({ span, text }) => !below.get(span.spanId)?.has(text));
}
