import {
  context,
  createContextKey,
  createTraceState,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Tracer,
} from '@opentelemetry/api';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { span } from './span.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

test('a span is active while its function runs, and has ended when that returns', () => {
  const result = span('outer', (outer) => {
    expect(trace.getActiveSpan()).toBe(outer);
    return span('inner', () => 42);
  });

  expect(result).toBe(42);
  expect(recorded.tree()).toBe('outer\n  inner');
});

test('a span lasts until the promise of its function settles', async () => {
  let resolve = (_value: string) => {};
  const promise = new Promise<string>((settle) => void (resolve = settle));

  const result = span('wait', () => promise);
  expect(recorded.tree()).toBe('wait (open)');
  resolve('done');

  expect(await result).toBe('done');
  expect(recorded.tree()).toBe('wait');
});

test('an error comes back as the same object and is on the span once', () => {
  const error = new RangeError('too far');

  expect(() =>
    span('fail', () => {
      throw error;
    }),
  ).toThrow(error);

  const failed = recorded.named('fail');
  expect(failed.status).toEqual({ code: SpanStatusCode.ERROR, message: 'too far' });
  expect(failed.attributes).toEqual({ 'error.type': 'RangeError' });
  expect(failed.events.map(({ name, attributes }) => ({ name, attributes }))).toEqual([
    {
      name: 'exception',
      attributes: {
        'exception.type': 'RangeError',
        'exception.message': 'too far',
        'exception.stacktrace': error.stack,
      },
    },
  ]);
});

test('a rejection comes back as the same object', async () => {
  const error = new Error('declined');

  await expect(span('fail', () => Promise.reject(error))).rejects.toBe(error);

  expect(recorded.tree()).toBe('fail !declined');
});

test('an error that the application recorded before it threw it is not recorded twice', () => {
  const error = new Error('known');

  expect(() =>
    span('fail', (current) => {
      current.recordException(error);
      throw error;
    }),
  ).toThrow(error);

  expect(recorded.named('fail').events).toHaveLength(1);
});

test('the causes of an error follow it in the stack trace, also when they go round in a circle', () => {
  const root = new Error('connection refused');
  const middle = new Error('query failed', { cause: root });
  root.cause = middle;

  expect(() =>
    span('fail', () => {
      throw new Error('order failed', { cause: middle });
    }),
  ).toThrow('order failed');

  const stacktrace = String(recorded.named('fail').events[0]!.attributes!['exception.stacktrace']);
  expect(stacktrace.split('\nCaused by: ').map((each) => each.split('\n')[0])).toEqual([
    'Error: order failed',
    'Error: query failed',
    'Error: connection refused',
  ]);
});

test('an object that is thrown and is no error has no stack trace of its own, but those of its causes', () => {
  const cause = new Error('no route');
  for (const thrown of [
    { code: 1, message: 'refused' },
    { message: 'refused', cause },
  ]) {
    catchFrom(() => span('refused', () => rethrow(thrown)));
  }

  const told = recorded.spans.map(({ events }) => events[0]!.attributes!);
  expect(told).toEqual([
    { 'exception.type': 'Object', 'exception.message': 'refused' },
    {
      'exception.type': 'Object',
      'exception.message': 'refused',
      'exception.stacktrace': `Object: refused\nCaused by: ${cause.stack}`,
    },
  ]);
});

test.each([
  [null, 'null', 'null'],
  [undefined, 'undefined', 'undefined'],
  ['out of stock', 'string', 'out of stock'],
  [42, 'number', '42'],
  [Symbol('s'), 'symbol', 'Symbol(s)'],
  [{ code: 7 }, 'Object', '[object Object]'],
  [Object.create(null), 'Error', 'an error that cannot be printed'],
])('what is thrown need not be an error: %o', (thrown, type, message) => {
  const caught = catchFrom(() =>
    span('fail', () => {
      throw thrown;
    }),
  );

  expect(caught).toEqual([thrown]);
  expect(recorded.named('fail').attributes['error.type']).toBe(type);
  expect(recorded.named('fail').status.message).toBe(message);
});

test('an error whose properties throw when they are read comes back as the same object', () => {
  const hostile = new Proxy(new Error('never seen'), {
    get() {
      throw new Error('no property for you');
    },
  });

  const [caught] = catchFrom(() =>
    span('fail', () => {
      throw hostile;
    }),
  );

  expect(caught === hostile).toBe(true);
  expect(recorded.named('fail').status.code).toBe(SpanStatusCode.ERROR);
});

test('an error class without a name of its own is told by its class', () => {
  class CardDeclined extends Error {}

  catchFrom(() =>
    span('fail', () => {
      throw new CardDeclined();
    }),
  );

  expect(recorded.named('fail').attributes['error.type']).toBe('CardDeclined');
});

test('an abort is not an error', async () => {
  const aborted = AbortSignal.abort();

  await expect(span('fetch', () => fetch('http://127.0.0.1:1', { signal: aborted }))).rejects.toThrow('aborted');

  const fetched = recorded.named('fetch');
  expect(fetched.status.code).toBe(SpanStatusCode.UNSET);
  expect(fetched.events).toEqual([]);
});

test('isError exempts what the application counts as an answer', () => {
  const notFound = Object.assign(new Error('not found'), { status: 404 });

  catchFrom(() => span('exempt', () => rethrow(notFound), { isError: (error) => error !== notFound }));
  catchFrom(() => span('counted', () => rethrow(new Error('other')), { isError: (error) => error !== notFound }));

  expect(recorded.tree()).toBe('exempt\ncounted !other');
});

test('an isError that throws leaves the error an error', () => {
  const error = new Error('real');

  const caught = catchFrom(() => span('fail', () => rethrow(error), { isError: () => rethrow(new Error('broken')) }));

  expect(caught).toEqual([error]);
  expect(recorded.tree()).toBe('fail !real');
});

test('attributes, kind and links are on the span', () => {
  const linked = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, traceState: createTraceState() };

  span('send', () => {}, {
    attributes: { 'order.id': 7 },
    kind: SpanKind.PRODUCER,
    links: [{ context: linked }, { context: {} as never }, {} as never, null as never],
  });

  const { attributes, kind, links } = recorded.named('send');
  expect({ attributes, kind }).toEqual({ attributes: { 'order.id': 7 }, kind: SpanKind.PRODUCER });
  expect(links.map((link) => link.context)).toEqual([linked]);
});

const broken = () => {
  throw new Error('broken');
};
test.each<[string, Attributes | (() => Attributes)]>([
  ['a function that throws', broken],
  ['a getter that throws', Object.defineProperty({}, 'bad', { get: broken, enumerable: true })],
  ['a Proxy that throws', new Proxy({}, { ownKeys: broken })],
  ['a value that throws', { deep: new Proxy([], { get: broken }) }],
  ['a function that returns nothing', () => undefined as never],
])('attributes that fail cost the attributes only: %s', (_, attributes) => {
  expect(span('place', () => 'placed', { attributes })).toBe('placed');

  expect(recorded.tree()).toBe('place');
});

test('a root span starts a trace of its own', () => {
  span('request', () => span('detached', () => {}, { root: true }));

  const { parentSpanContext } = recorded.named('detached');
  expect(parentSpanContext).toBeUndefined();
  expect(recorded.named('detached').spanContext().traceId).not.toBe(recorded.named('request').spanContext().traceId);
});

test('the scope of a span is ours, or the one it is given', () => {
  span('a', () => {});
  span('b', () => {}, { tracerName: 'shop' });
  span('c', () => {}, { tracer: trace.getTracer('own') });

  expect(recorded.spans.map((each) => each.instrumentationScope.name)).toEqual(['@clew/spans', 'shop', 'own']);
});

test('code attributes say what function it is and where it was called, on request', () => {
  span('place', function placeOrder() {}, { code: true });

  expect(recorded.named('place').attributes).toEqual({
    'code.function.name': 'placeOrder',
    'code.file.path': import.meta.filename,
    'code.line.number': expect.any(Number) as number,
  });
});

test('a span that the application ends itself is not ended again', () => {
  const error = vi.spyOn(console, 'error');

  span('own', (current) => current.end());

  expect(recorded.tree()).toBe('own');
  expect(error).not.toHaveBeenCalled();
});

test('nothing is traced where tracing is suppressed', () => {
  // The key by which the packages of OpenTelemetry say it to each other.
  const key = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
  const suppressed = context.active().setValue(key, true);

  const result = context.with(suppressed, () => span('quiet', (current) => current.isRecording()));

  expect(result).toBe(false);
  expect(recorded.tree()).toBe('');
});

test('a span that is not sampled is active too, so that its children are not sampled either', () => {
  const unsampled = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });
  const tracer = { startSpan: () => unsampled } as unknown as Tracer;
  const numbers = function* () {
    yield trace.getActiveSpan();
  };

  expect(span('unsampled', () => trace.getActiveSpan(), { tracer })).toBe(unsampled);
  expect([...span('unsampled', numbers, { tracer })]).toEqual([unsampled]);
});

test('a name that is no text and options that are none cost nothing but themselves', () => {
  expect(span(undefined as never, () => 1)).toBe(1);
  expect(span('nothing', () => 2, null as never)).toBe(2);

  expect(recorded.tree()).toBe('unnamed');
});

function rethrow(error: unknown): never {
  throw error;
}

/** Returns what a function throws, as the only element of a list; `undefined` may be thrown too. */
function catchFrom(fn: () => unknown): unknown[] {
  try {
    fn();
  } catch (error) {
    return [error];
  }
  return [];
}
