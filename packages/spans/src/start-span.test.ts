import { recordSpans, type RecordedSpans } from '@clew/testing';
import { trace, type Span, type Tracer } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { span } from './span.ts';
import { startSpan } from './start-span.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

test('a span ends when its using block is left', () => {
  {
    using step = startSpan('step', { attributes: { 'step.number': 1 } });
    step.setAttribute('step.done', true);
    expect(recorded.tree()).toBe('step (open)');
  }

  expect(recorded.tree()).toBe('step');
  expect(recorded.named('step').attributes).toEqual({ 'step.number': 1, 'step.done': true });
});

test('a span ends when its await using block is left', async () => {
  {
    await using _step = startSpan('step');
    await Promise.resolve();
    expect(recorded.tree()).toBe('step (open)');
  }

  expect(recorded.tree()).toBe('step');
});

test('a span ends when its block is left by an error, which passes', () => {
  const error = new Error('left');

  expect(() => {
    using _step = startSpan('step');
    throw error;
  }).toThrow(error);

  expect(recorded.tree()).toBe('step');
});

test('a span that has ended before its block is left is not ended again', () => {
  {
    using step = startSpan('step');
    step.end();
  }

  expect(recorded.tree()).toBe('step');
});

test('spans inside the block are siblings: the span is not active', () => {
  span('request', () => {
    using _step = startSpan('step');
    span('query', () => {});
  });

  expect(recorded.tree()).toBe('request\n  step\n  query');
});

test('the span is the one that the SDK made', () => {
  using step = startSpan('step');

  expect(step.constructor).toBe(trace.getTracer('other').startSpan('other').constructor);
  expect(Object.keys(step)).not.toContain('Symbol(Symbol.dispose)');
});

test('a span that cannot be extended ends all the same', () => {
  const made: Span[] = [];
  const tracer = {
    startSpan: (...args: Parameters<Tracer['startSpan']>) => {
      const frozen = Object.preventExtensions(trace.getTracer('inner').startSpan(...args));
      made.push(frozen);
      return frozen;
    },
  } as Tracer;

  {
    using _step = startSpan('step', { tracer });
  }

  expect(recorded.tree()).toBe('step');
  expect(made).toHaveLength(1);
});

test('without an SDK there is a span to use that does nothing', () => {
  recorded[Symbol.dispose]();

  using step = startSpan('step');

  expect(step.setAttribute('a', 1).isRecording()).toBe(false);
});
