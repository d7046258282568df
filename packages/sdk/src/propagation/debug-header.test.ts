import { createContextKey, defaultTextMapGetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readDebugHeader, type DebugHeader } from './debug-header.ts';

const MARK = createContextKey('mark');
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function extracted(
  carrier: Record<string, unknown>,
  header: DebugHeader | undefined = { name: 'X-Trace-Debug', secret: 's3cret' },
) {
  const inner = Object.assign(new W3CTraceContextPropagator(), { toString: () => 'w3c' });
  const propagator = readDebugHeader(
    inner,
    () => header,
    (context) => context.setValue(MARK, true),
  );
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

const isMarked = (carrier: Record<string, unknown>, header?: DebugHeader) =>
  extracted(carrier, header).getValue(MARK) === true;

test.each([
  [{ 'x-trace-debug': 's3cret' }, true],
  [{ 'X-Trace-Debug': 's3cret' }, true],
  [{ 'x-trace-debug': 'S3CRET' }, false],
  [{ 'x-trace-debug': '' }, false],
  [{ 'x-trace-debug': ['s3cret', 's3cret'] }, false],
  [{ 'x-trace-debug': 's3cret'.repeat(1000) }, false],
  [{ other: 's3cret' }, false],
  [{}, false],
])('%j is marked: %j', (carrier, marked) => {
  expect(isMarked(carrier)).toBe(marked);
});

test('the trace of the caller is continued, whether its request is marked or not', () => {
  for (const carrier of [{ traceparent: PARENT }, { traceparent: PARENT, 'x-trace-debug': 's3cret' }]) {
    expect(trace.getSpanContext(extracted(carrier))?.spanId).toBe('b7ad6b7169203331');
  }
});

test('no value but the secret is marked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      expect(isMarked({ 'x-trace-debug': value })).toBe(value === 's3cret');
    }),
  );
});
