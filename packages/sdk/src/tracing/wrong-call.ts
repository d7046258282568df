import { placeOfError, readProperty, reportOnce } from '@clew/diagnostics';
import { diag } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/sdk-trace';

import { quote } from '../guarded/usable/input-in-words.ts';
import { INCOMPLETE } from '../otel/incomplete.ts';
import { isCalledByApplication } from './is-called-by-application.ts';

/** Says that a method of a span failed, or was called without its span. */
export function reportFailedCall(span: unknown, method: string, error: unknown): void {
  const isSpan = typeof readProperty(span, 'spanContext') === 'function';
  const problem = isSpan ? `failed: ${placeOfError(error)}` : 'called detached from its span; ignored';
  reportOnce(`a failing call of ${method}`, `${method}() ${problem}`);
}

/** Says that a method of a span was called when that had ended. */
export function reportLateCall(span: Span, method: string): void {
  if (span.attributes[INCOMPLETE] === true) return; // the application could not know
  const name = quote(span.name);
  const message = `${method}() called on span ${name} after its end; ignored`;
  // Instrumentations end spans twice, and frameworks set routes late: nobody who reads stderr can change that.
  if (isCalledByApplication()) reportOnce('a call after the end', message);
  else diag.debug(message);
}
