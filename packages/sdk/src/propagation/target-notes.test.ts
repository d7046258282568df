import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { withTarget } from '@clew/spans';
import { expect, test } from 'vitest';

import { noteRequest, noteTarget, takeTarget } from './target-notes.ts';

const HTTP = { kind: 'http', host: 'a.internal' } as const;
const MESSAGE = { kind: 'message', system: 'kafka', destination: 'orders' } as const;
const CHILD = { kind: 'child' } as const;

const inNewSpan = () => trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(INVALID_SPAN_CONTEXT));
const spanIn = (context: ReturnType<typeof inNewSpan>) => trace.getSpan(context)!;

test('a request counts for an injection into its own headers, once', () => {
  const headers = {};
  noteRequest({ host: 'a.internal', headers });

  expect(takeTarget(ROOT_CONTEXT, {})).toBeUndefined();
  expect(takeTarget(withTarget(ROOT_CONTEXT, CHILD), {})).toBe(CHILD);
  expect(takeTarget(ROOT_CONTEXT, headers)).toEqual(HTTP);
  expect(takeTarget(ROOT_CONTEXT, headers)).toBeUndefined();
});

test('a request without headers is no note for a carrier that is missing', () => {
  noteRequest({ host: 'a.internal' });

  expect(takeTarget(ROOT_CONTEXT, undefined)).toBeUndefined();
});

test.each([
  [{ hostname: 'a.internal', host: 'b.internal' }, 'a.internal'],
  [{ hostname: '', host: 'B.internal:8080' }, 'b.internal'],
  [{ host: '::1' }, '::1'],
  [{ hostname: '[::1]' }, '::1'],
  [{ port: 80 }, 'localhost'],
])('the host of a request with %j is %s', (options, host) => {
  const headers = {};
  noteRequest({ ...options, headers });

  expect(takeTarget(ROOT_CONTEXT, headers)).toEqual({ kind: 'http', host });
});

test.each([{ socketPath: '/run/docker.sock' }, { host: 7 as never }])('%j names no host', (options) => {
  const headers = {};
  noteRequest({ ...options, headers });

  expect(takeTarget(ROOT_CONTEXT, headers)).toBeUndefined();
});

test('the host of a span counts for one injection from its context', () => {
  const context = inNewSpan();
  noteTarget(spanIn(context), HTTP);

  expect(takeTarget(inNewSpan(), {})).toBeUndefined();
  expect(takeTarget(context, {})).toBe(HTTP);
  expect(takeTarget(context, {})).toBeUndefined();
});

test('the queue of a span counts for all messages of a batch, but not for a child process started meanwhile', () => {
  const context = inNewSpan();
  noteTarget(spanIn(context), MESSAGE);

  expect(takeTarget(context, {})).toBe(MESSAGE);
  expect(takeTarget(withTarget(context, CHILD), {})).toBe(CHILD);
  expect(takeTarget(context, {})).toBe(MESSAGE);
});
