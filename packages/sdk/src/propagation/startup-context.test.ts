import { createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { incomingOf } from '@clew/spans';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { expect, test } from 'vitest';

import { contextFromEnvironment, StartupContextManager } from './startup-context.ts';

const KEY = createContextKey('key');
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const ENV = { TRACEPARENT: `00-${TRACE_ID}-b7ad6b7169203331-01`, TRACESTATE: 'a=1' };
const propagator = new W3CTraceContextPropagator();

const traceIdIn = (manager: StartupContextManager) => trace.getSpanContext(manager.active())?.traceId;

test('a trace in the environment is the context, with its state', () => {
  const context = contextFromEnvironment(propagator, ENV);

  expect(context && trace.getSpanContext(context)).toMatchObject({ traceId: TRACE_ID, isRemote: true });
  expect(context && trace.getSpanContext(context)?.traceState?.get('a')).toBe('1');
});

test('the sender of a trace in the environment is the parent process', () => {
  expect(incomingOf(contextFromEnvironment(propagator, ENV) ?? ROOT_CONTEXT)).toEqual({ kind: 'child' });
});

test.each([{}, { TRACEPARENT: '' }, { TRACEPARENT: 'nonsense' }, { traceparent: ENV.TRACEPARENT }])(
  '%j has no trace',
  (env) => {
    expect(contextFromEnvironment(propagator, env)).toBeUndefined();
  },
);

test('the given context is active where nothing else is, also in callbacks', async () => {
  const manager = new StartupContextManager(contextFromEnvironment(propagator, ENV));

  expect(traceIdIn(manager)).toBe(TRACE_ID);
  await new Promise((resolve) => void setImmediate(resolve));
  expect(traceIdIn(manager)).toBe(TRACE_ID);
  expect(manager.isStartingUp).toBe(true);
});

test('whoever asks for the root context gets an empty one', () => {
  const manager = new StartupContextManager(contextFromEnvironment(propagator, ENV));

  expect(manager.with(ROOT_CONTEXT, () => traceIdIn(manager))).toBeUndefined();
  expect(manager.bind(ROOT_CONTEXT, () => traceIdIn(manager))()).toBeUndefined();
  expect(traceIdIn(manager)).toBe(TRACE_ID);

  const token = manager.attach(ROOT_CONTEXT);
  expect(traceIdIn(manager)).toBeUndefined();
  token.dispose();
  expect(traceIdIn(manager)).toBe(TRACE_ID);
});

test('without a given context it is the plain context manager', () => {
  const manager = new StartupContextManager(undefined);

  expect(manager.active()).toBe(ROOT_CONTEXT);
  expect(manager.isStartingUp).toBe(false);
  expect(manager.with(ROOT_CONTEXT, () => manager.active())).toBe(ROOT_CONTEXT);
});

test('what is attached is active until its token is disposed of, and then what was before', () => {
  const manager = new StartupContextManager(contextFromEnvironment(propagator, ENV));

  const token = manager.attach(ROOT_CONTEXT.setValue(KEY, 1));
  const attached = manager.active().getValue(KEY);
  token.dispose();
  token.dispose();

  expect(attached).toBe(1);
  expect(traceIdIn(manager)).toBe(TRACE_ID);
});

test('what runs in a context has one frame of ours above it, also after a wait', async () => {
  const manager = new StartupContextManager(contextFromEnvironment(propagator, ENV));
  async function fail() {
    const before = framesOfOurs(new Error('before').stack);
    await Promise.resolve();
    return [before, framesOfOurs(new Error('after').stack)];
  }

  const sync = manager.with(ROOT_CONTEXT, () => framesOfOurs(new Error('in sync').stack));
  const nested = manager.with(ROOT_CONTEXT, () => manager.with(ROOT_CONTEXT.setValue(KEY, 1), fail));
  const [before, after = 0] = await nested;

  expect([sync, before]).toEqual([1, 2]);
  expect(after).toBeLessThanOrEqual(2);
});

function framesOfOurs(stack: string | undefined): number {
  return stack?.match(/(?:context-manager|startup-context)\.ts:/g)?.length ?? 0;
}
