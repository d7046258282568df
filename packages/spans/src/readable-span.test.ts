import { trace, type Span } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { expect, test } from 'vitest';

import { hasException } from './readable-span.ts';

test('an exception is recorded already where one with its message is, an empty one too', () => {
  const span = recorded((each) => {
    each.recordException(new Error('card declined'));
    each.recordException(new Error(''));
  });

  expect(['card declined', '', 'no stock'].map((message) => hasException(span, message))).toEqual([true, true, false]);
});

test('without a message any exception counts, and no other event does', () => {
  const failed = recorded((span) => span.recordException(new Error('card declined')));
  const fine = recorded((span) => span.addEvent('retry', { 'exception.message': 'card declined' }));

  expect([hasException(failed), hasException(fine)]).toEqual([true, false]);
});

test('a span that hides its events, or breaks when they are read, has none', () => {
  const hiding = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });
  const broken = Object.defineProperty(Object.create(hiding) as Span, 'events', {
    get() {
      throw new Error('gone');
    },
  });

  expect([hasException(hiding), hasException(broken)]).toEqual([false, false]);
});

function recorded(work: (span: Span) => void): Span {
  using _recording = recordSpans();
  const span = trace.getTracer('test').startSpan('work');
  work(span);
  span.end();
  return span;
}
