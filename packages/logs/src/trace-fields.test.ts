import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { expect, test } from 'vitest';

import { traceFields } from './trace-fields.ts';

test('the fields are those of the active span, with the flags as two hex digits', () => {
  using _recorded = recordSpans();

  trace.getTracer('test').startActiveSpan('work', (span) => {
    const { traceId, spanId } = span.spanContext();
    expect(traceFields()).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: '01' });
  });
});

test('each call gives an object of its own', () => {
  using _recorded = recordSpans();

  trace.getTracer('test').startActiveSpan('work', () => {
    expect(traceFields()).not.toBe(traceFields());
  });
});

test('outside a span there are no fields', () => {
  using _recorded = recordSpans();

  expect(traceFields()).toBeUndefined();
});

test('without an SDK there are no fields: its spans have no valid ids', () => {
  trace.getTracer('test').startActiveSpan('noop', () => {
    expect(traceFields()).toBeUndefined();
  });
});

test.each([
  [0x00, '00'],
  [0x01, '01'],
  [0x03, '03'],
  [0xab, 'ab'],
])('flags %i are written %s', (traceFlags, text) => {
  const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags };

  const fields = traceFields(trace.setSpanContext(ROOT_CONTEXT, spanContext));

  expect(fields?.trace_flags).toBe(text);
});

test('a context can be given', () => {
  using _recorded = recordSpans();
  const span = trace.getTracer('test').startSpan('other');

  const fields = traceFields(trace.setSpan(context.active(), span));

  expect(fields?.span_id).toBe(span.spanContext().spanId);
});
