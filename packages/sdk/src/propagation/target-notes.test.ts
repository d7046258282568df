import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { withTarget } from '@clew/spans';
import { expect, test } from 'vitest';

import { noteTarget, takeTarget } from './target-notes.ts';

const HTTP = { kind: 'http', host: 'a.internal' } as const;
const MESSAGE = { kind: 'message', system: 'kafka', destination: 'orders' } as const;
const CHILD = { kind: 'child' } as const;

const inNewSpan = () => trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
const spanIn = (context: ReturnType<typeof inNewSpan>) => trace.getSpan(context)!;

test('the host of a span counts for one injection from its context', () => {
  const context = inNewSpan();
  noteTarget(spanIn(context), HTTP);

  expect(takeTarget(inNewSpan())).toBeUndefined();
  expect(takeTarget(context)).toBe(HTTP);
  expect(takeTarget(context)).toBeUndefined();
});

test('the queue of a span counts for all messages of a batch, but not for a child process started meanwhile', () => {
  const context = inNewSpan();
  noteTarget(spanIn(context), MESSAGE);

  expect(takeTarget(context)).toBe(MESSAGE);
  expect(takeTarget(withTarget(context, CHILD))).toBe(CHILD);
  expect(takeTarget(context)).toBe(MESSAGE);
});
