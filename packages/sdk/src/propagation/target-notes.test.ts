import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { withTarget } from '@clew/spans';
import { expect, test } from 'vitest';

import { noteTarget, injectionTarget } from './target-notes.ts';

const HTTP = { kind: 'http', host: 'a.internal' } as const;
const MESSAGE = { kind: 'message', system: 'kafka', destination: 'orders' } as const;
const CHILD = { kind: 'child' } as const;

const inNewSpan = () => trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
const spanIn = (context: ReturnType<typeof inNewSpan>) => trace.getSpan(context)!;

test('a request within the span of a message has the target on its context, and another span none', () => {
  const context = inNewSpan();
  noteTarget(spanIn(context), MESSAGE);

  expect(injectionTarget(withTarget(context, HTTP))).toBe(HTTP);
  expect(injectionTarget(inNewSpan())).toBeUndefined();
});

test('the queue of a span counts for all messages of a batch, but not for a child process started meanwhile', () => {
  const context = inNewSpan();
  noteTarget(spanIn(context), MESSAGE);

  expect(injectionTarget(context)).toBe(MESSAGE);
  expect(injectionTarget(withTarget(context, CHILD))).toBe(CHILD);
  expect(injectionTarget(context)).toBe(MESSAGE);
});
