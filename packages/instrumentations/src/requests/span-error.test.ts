import { recordSpans } from '@clew/testing';
import { trace } from '@opentelemetry/api';
import { expect, test, vi } from 'vitest';

import { errorName, setSpanError } from './span-error.ts';

test.each<[string, unknown, type: string, exception: string, message: string]>([
  ['an error', new RangeError('far'), 'RangeError', 'RangeError', 'far'],
  ['a code of Node', Object.assign(new Error('no'), { code: 'ECONNRESET' }), 'Error', 'ECONNRESET', 'no'],
  ['a number of the DOM', new DOMException('late', 'TimeoutError'), 'TimeoutError', 'TimeoutError', 'late'],
  ['an empty name and code', Object.assign(new Error('no'), { name: '', code: '' }), 'Error', 'Error', 'no'],
  ['a text', 'text', 'string', 'string', 'text'],
  ['nothing', undefined, 'undefined', 'undefined', 'undefined'],
])('%s fails a span', (_what, error, type, exception, message) => {
  using recorded = recordSpans();
  const span = trace.getTracer('app').startSpan('request');

  setSpanError(span, error, errorName(error));
  span.end();

  const { attributes, status, events } = recorded.named('request');
  expect(attributes).toEqual({ 'error.type': type });
  expect(status).toEqual({ code: 2, message });
  expect(
    events.map((event) => [event.attributes?.['exception.type'], event.attributes?.['exception.message']]),
  ).toEqual([[exception, message]]);
});

test('a span that is not recorded is left alone, and the error is not read', () => {
  const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });
  const read = vi.fn<() => string>();

  setSpanError(span, Object.defineProperty({}, 'message', { get: read }), 'Error');

  expect(read).not.toHaveBeenCalled();
});
