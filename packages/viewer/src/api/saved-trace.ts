import { logsBySpan } from '../reading/logs-by-span.ts';
import { hasError } from '../span-record.ts';
import { traceLine } from '../terminal/trace-line.ts';
import { waterfall } from '../terminal/waterfall.ts';
import type { Trace } from '../trace.ts';
import { API_VERSION, type SavedTrace, type SpanDetails, type TraceSummary } from './answers.ts';
import type { ApiContext } from './api-context.ts';
import { spanDetails } from './span-details.ts';
import { traceAnswer } from './trace-answer.ts';

const MAX_DETAILS = 16 * 1024 * 1024; // characters, as JSON

/** All that a saved page shows. Details of failed spans come first, as there may be no room for those of all. */
export function* savedTrace(
  trace: Trace,
  summary: TraceSummary,
  context: ApiContext,
): Generator<undefined, SavedTrace> {
  const answer = yield* traceAnswer(trace, summary, context);
  const details: Record<string, SpanDetails> = {};
  const logs = logsBySpan(trace.logs);
  let room = MAX_DETAILS;
  let omittedDetails = 0;
  for (const span of [...trace.spans.filter(hasError), ...trace.spans.filter((span) => !hasError(span))]) {
    const told = room > 0 ? spanDetails(span, logs.get(span.spanId) ?? []) : undefined;
    room -= told === undefined ? 0 : JSON.stringify(told).length;
    if (told === undefined || room < 0) omittedDetails += 1;
    else details[span.spanId] = told;
    yield;
  }
  return {
    version: context.version,
    savedUnixMillis: Date.now(),
    trace: { api: API_VERSION, ...answer },
    details,
    ...(omittedDetails > 0 && { omittedDetails }),
    text: `${traceLine(trace)}\n${waterfall(trace)}`,
  };
}
