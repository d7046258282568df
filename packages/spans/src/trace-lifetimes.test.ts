import * as compiled from '@clew/spans/internal';
import { SpanStatusCode, trace, ROOT_CONTEXT } from '@opentelemetry/api';
import { array, assert, constantFrom, property, record } from 'fast-check';
import { expect, test, vi } from 'vitest';

import type { ReadableSpan } from './readable-span.ts';
import { createTraceLifetimes, traceLifetimes, type TraceLifetimes, type TraceObserver } from './trace-lifetimes.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

test('a trace is open from the start of its first local root to the end of its last', () => {
  const { lifetimes, events } = observed();
  const [first, child, second] = [localRoot(A), childSpan(A), localRoot(A)];

  for (const span of [first, child, second]) lifetimes.spanStarted(span);
  lifetimes.spanEnded(first);
  const afterOne = lifetimes.isOpen(A);
  for (const span of [second, child]) lifetimes.spanEnded(span);

  expect([afterOne, lifetimes.isOpen(A)]).toEqual([true, false]);
  expect(events.join(' ')).toBe(
    'rootStarted spanStarted spanStarted rootStarted spanStarted spanEnded spanEnded rootEnded spanEnded',
  );
});

test('the first error of an open trace is told once, before the end of its root', () => {
  const { lifetimes, events } = observed(['firstError', 'rootEnded']);
  const root = { ...localRoot(A), status: { code: SpanStatusCode.ERROR } };
  const child = { ...childSpan(A), events: [{ name: 'exception' }] };

  for (const span of [root, child]) lifetimes.spanStarted(span);
  for (const span of [child, root]) lifetimes.spanEnded(span);

  expect(events).toEqual(['firstError', 'rootEnded']);
});

test('a span that two processors tell of is told once', () => {
  const { lifetimes, events } = observed();
  const root = localRoot(A);

  for (let twice = 0; twice < 2; twice += 1) lifetimes.spanStarted(root);
  for (let twice = 0; twice < 2; twice += 1) lifetimes.spanEnded(root);

  expect(events).toEqual(['rootStarted', 'spanStarted', 'spanEnded', 'rootEnded']);
});

test('who subscribes late knows which traces are open, and hears of their ends', () => {
  const lifetimes = createTraceLifetimes();
  const roots = [localRoot(A), localRoot(B)] as const;
  for (const root of roots) lifetimes.spanStarted(root);
  lifetimes.spanEnded(roots[1]);

  const { events } = observed(['rootStarted', 'rootEnded'], lifetimes);
  const open = [A, B].map((traceId) => lifetimes.isOpen(traceId));
  lifetimes.spanEnded(roots[0]);

  expect(open).toEqual([true, false]);
  expect(events).toEqual(['rootEnded']);
});

test('who has unsubscribed hears nothing', () => {
  const { lifetimes, events, unsubscribe } = observed();

  unsubscribe();
  lifetimes.spanStarted(localRoot(A));

  expect(events).toEqual([]);
  expect(lifetimes.isOpen(A)).toBe(false);
});

test('beyond 4,096 spans the oldest leaves the book, and its end is told all the same', () => {
  const { lifetimes, events } = observed(['spanEnded']);
  const oldest = childSpan(A);
  lifetimes.spanStarted(oldest);

  for (let n = 0; n < 4096; n += 1) lifetimes.spanStarted(childSpan(A));
  const isListed = [...lifetimes.openSpans()].includes(oldest);
  for (let twice = 0; twice < 2; twice += 1) lifetimes.spanEnded(oldest);

  expect([isListed, lifetimes.openSpanCount(), events]).toEqual([false, 4096, ['spanEnded']]);
});

test('beyond 4,096 traces the oldest is given up', () => {
  const givenUp = vi.fn<NonNullable<TraceObserver['givenUp']>>();
  const lifetimes = createTraceLifetimes();
  lifetimes.subscribe({ givenUp });

  for (let n = 0; n <= 4096; n += 1) lifetimes.spanStarted(localRoot(n.toString(16).padStart(32, '0')));

  expect(givenUp.mock.calls).toEqual([[['0'.repeat(32)], 'too many open']]);
});

test('at the end of the process all open traces are given up, and their ends are told if they come', () => {
  const givenUp = vi.fn<NonNullable<TraceObserver['givenUp']>>();
  const { lifetimes, events } = observed(['rootEnded']);
  lifetimes.subscribe({ givenUp });
  const roots = [localRoot(A), localRoot(B)] as const;
  for (const root of roots) lifetimes.spanStarted(root);

  lifetimes.giveUp();
  lifetimes.spanEnded(roots[0]);

  expect(givenUp.mock.calls).toEqual([[[A, B], 'end of process']]);
  expect(events).toEqual(['rootEnded']);
});

test('an injection is told with its trace, and outside of a trace there is nothing to tell', () => {
  const contextInjected = vi.fn<NonNullable<TraceObserver['contextInjected']>>();
  const lifetimes = createTraceLifetimes();
  const before = lifetimes.observesInjections();
  lifetimes.subscribe({ contextInjected });

  lifetimes.contextInjected(trace.setSpanContext(ROOT_CONTEXT, localRoot(A).spanContext()));
  lifetimes.contextInjected(ROOT_CONTEXT);

  expect([before, lifetimes.observesInjections()]).toEqual([false, true]);
  expect(contextInjected.mock.calls.map(([traceId]) => traceId)).toEqual([A]);
});

test('an observer that throws harms neither the application nor the next observer', () => {
  const lifetimes = createTraceLifetimes();
  lifetimes.subscribe({
    rootStarted() {
      throw new Error('observer');
    },
  });
  const { events } = observed(['rootStarted'], lifetimes);

  lifetimes.spanStarted(localRoot(A));

  expect(events).toEqual(['rootStarted']);
});

test('two copies of the module have one book', () => {
  expect(compiled.traceLifetimes()).toBe(traceLifetimes());
  expect(compiled.createTraceLifetimes).not.toBe(createTraceLifetimes);
});

test('whatever happens, each start has its end, and a trace is open as long as a root of it is', () => {
  const step = record({ op: constantFrom('root', 'child', 'end'), traceId: constantFrom(A, B) });

  assert(
    property(array(step, { maxLength: 40 }), (steps) => {
      const { lifetimes, events } = observed();
      const open: ReadableSpan[] = [];
      for (const { op, traceId } of steps) {
        if (op === 'end') {
          const span = open.shift();
          if (span !== undefined) lifetimes.spanEnded(span);
        } else {
          const span = op === 'root' ? localRoot(traceId) : childSpan(traceId);
          open.push(span);
          lifetimes.spanStarted(span);
        }
        for (const id of [A, B]) {
          const hasRoot = open.some((span) => span.spanContext().traceId === id && !span.parentSpanContext);
          expect(lifetimes.isOpen(id)).toBe(hasRoot);
        }
        expect([...lifetimes.openSpans()]).toEqual(open);
      }
      const count = (name: string) => events.filter((event) => event === name).length;
      expect(count('spanStarted') - count('spanEnded')).toBe(open.length);
    }),
  );
});

const EVENTS = ['spanStarted', 'spanEnded', 'rootStarted', 'rootEnded', 'firstError'] as const;

/** A book and the names of what its subscriber was told. */
function observed(
  wanted: readonly (typeof EVENTS)[number][] = EVENTS,
  lifetimes: TraceLifetimes = createTraceLifetimes(),
) {
  const events: string[] = [];
  const observer = Object.fromEntries(wanted.map((event) => [event, () => void events.push(event)])) as TraceObserver;
  const unsubscribe = lifetimes.subscribe(observer);
  return { lifetimes, events, unsubscribe };
}

let spans = 0;

function localRoot(traceId: string): ReadableSpan {
  const spanContext = { traceId, spanId: (spans += 1).toString(16).padStart(16, '0'), traceFlags: 1 };
  return { spanContext: () => spanContext, parentSpanContext: undefined };
}

function childSpan(traceId: string): ReadableSpan {
  return { ...localRoot(traceId), parentSpanContext: { traceId, spanId: 'c'.repeat(16), traceFlags: 1 } };
}
