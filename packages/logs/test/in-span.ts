import { trace } from '@opentelemetry/api';

/** Runs `work` in a span and returns the fields that its lines should have. */
export function inSpan(work: () => void, name = 'work'): { trace_id: string; span_id: string; trace_flags: string } {
  return trace.getTracer('test').startActiveSpan(name, (span) => {
    const { traceId, spanId } = span.spanContext();
    try {
      work();
    } finally {
      span.end();
    }
    return { trace_id: traceId, span_id: spanId, trace_flags: '01' };
  });
}
