import { startLazily } from '@clew/spans/internal';
import { context, ROOT_CONTEXT, SpanKind, trace, type Context, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { GUARDED_PROVIDERS } from '../../test/guarded-providers.ts';
import { spanObserver } from '../otel/span-observer.ts';
import { guardedTracerProvider } from './guarded-tracer-provider.ts';

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager()));
afterAll(() => context.disable());

test('a provider behind guards, its tracers and its spans are otherwise what they were', async () => {
  const inner = new TracerProvider();
  const provider = guardedTracerProvider(inner);
  const tracer = provider.getTracer('app');

  expect(provider).toBeInstanceOf(TracerProvider);
  await expect(provider.forceFlush()).resolves.toBeUndefined();
  expect(inner.getTracer('app')).not.toBe(tracer);
  expect(tracer.startSpan('work').constructor.name).toBe('SpanImpl');
});

describe.each(GUARDED_PROVIDERS)('%s', (_, create) => {
  function guardedSetup(options: TracerProviderOptions = {}) {
    const exporter = new InMemorySpanExporter();
    const spanProcessors = [...(options.spanProcessors ?? []), new SimpleSpanProcessor({ exporter })];
    const provider = create({ ...options, spanProcessors });
    return { provider, tracer: provider.getTracer('app'), exporter };
  }

  /** The finished span of one call. */
  function recorded(call: (tracer: Tracer) => { end(): void } | undefined) {
    const { tracer, exporter } = guardedSetup();
    call(tracer)?.end();
    return exporter.getFinishedSpans()[0];
  }

  test('a span whose description throws keeps its kind and its parent', () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, PARENT);
    const describe = () => {
      throw new Error('a getter of the application');
    };

    const span = recorded((tracer) => startLazily(tracer, 'work', SpanKind.CLIENT, parent, describe));

    expect(span?.kind).toBe(SpanKind.CLIENT);
    expect(span?.parentSpanContext?.spanId).toBe(PARENT.spanId);
  });

  test('a well-formed span is what it would be without guards', () => {
    const make = (tracer: Tracer) =>
      tracer
        .startSpan('GET /', {
          kind: SpanKind.SERVER,
          attributes: { a: 1 },
          startTime: 5000,
          links: [{ context: PARENT }],
        })
        .setAttribute('b', ['x'])
        .setAttributes({ c: { d: true } })
        .addEvent('event', { e: 1 }, 6000)
        .addEvent('timed', 6000)
        .addLink({ context: PARENT, attributes: { f: 1 } })
        .setStatus({ code: 2, message: 'failed' })
        .updateName('GET /:id');
    const { tracer, exporter } = guardedSetup();
    const inner = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });

    make(inner.getTracer('app')).end(7000);
    make(tracer).end(7000);

    const [plain, guarded] = exporter.getFinishedSpans().map((span) => {
      const { name, kind, attributes, links, events, status, startTime, endTime, instrumentationScope } = span;
      return {
        name,
        kind,
        attributes,
        links: links.map(({ attributes: of }) => of),
        events,
        status,
        startTime,
        endTime,
        instrumentationScope,
      };
    });
    expect(guarded).toEqual(plain);
  });

  test('the span is the one that processors know', () => {
    const started: unknown[] = [];
    const { tracer } = guardedSetup({ spanProcessors: [spanObserver({ onStart: (span) => void started.push(span) })] });

    const span = tracer.startSpan('work');

    expect(started).toEqual([span]);
    expect(started[0]).toBe(span);
  });

  test('there is one tracer for each scope', () => {
    const { provider, tracer } = guardedSetup();

    expect(provider.getTracer('app')).toBe(tracer);
    expect(provider.getTracer('other')).not.toBe(tracer);
    expect(provider.getTracer('app', '1.0.0')).not.toBe(tracer);
  });

  test('startActiveSpan takes what follows the name as the API has it', () => {
    const { tracer, exporter } = guardedSetup();
    const parent = trace.setSpanContext(ROOT_CONTEXT, PARENT);
    const nameIn = (span: { name?: string; end(): void }) => {
      span.end();
      return trace.getActiveSpan() === (span as unknown);
    };

    const results = [
      tracer.startActiveSpan('one', nameIn as never),
      tracer.startActiveSpan('two', { attributes: { a: 1 } }, nameIn as never),
      tracer.startActiveSpan('three', { attributes: { a: 1 } }, parent, nameIn as never),
      tracer.startActiveSpan('none', undefined as never),
    ];

    const [one, two, three, ...others] = exporter.getFinishedSpans();
    expect(results).toEqual([true, true, true, undefined]);
    expect([one?.name, two?.attributes, three?.parentSpanContext?.spanId]).toEqual(['one', { a: 1 }, PARENT.spanId]);
    expect(others).toEqual([]);
  });

  test('what the callback of startActiveSpan throws passes', () => {
    const error = new Error('of the application');
    const fail = () => {
      throw error;
    };

    expect(() => guardedSetup().tracer.startActiveSpan('work', fail)).toThrow(error);
  });

  test.each([undefined, null, Symbol('a'), {}])('a span named %o has a name', (name) => {
    expect(recorded((tracer) => tracer.startSpan(name as never))?.name).toBe('unknown');
    expect(recorded((tracer) => tracer.startSpan('kept').updateName(name as never))?.name).toBe('kept');
    expect(recorded((tracer) => tracer.startSpan('work').addEvent(name as never))?.events[0]?.name).toBe('unknown');
  });

  test('one wrong option costs that option', () => {
    const options = {
      kind: 'SERVER',
      links: [{}, { context: PARENT }],
      startTime: NaN,
      attributes: { kept: 1, no: () => {} },
    };

    const span = recorded((tracer) => tracer.startSpan('work', options as never));

    expect(span).toMatchObject({ kind: SpanKind.INTERNAL, attributes: { kept: 1 } });
    expect(span?.links).toHaveLength(1);
    expect(span?.startTime[0]).toBeGreaterThan(1_700_000_000);
  });

  test('a span in a broken context is a root of its own', () => {
    const contexts = [trace.setSpan(ROOT_CONTEXT, PARENT as never), { getValue: () => { throw new Error('refused') }, setValue: () => ROOT_CONTEXT }]; // prettier-ignore

    for (const broken of contexts) {
      const span = recorded((tracer) => tracer.startSpan('work', {}, broken as Context));

      expect(span).toMatchObject({ name: 'work', parentSpanContext: undefined });
    }
  });

  test('a trace state that is a text is not handed down', () => {
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, traceState: 'a=1' as never });

    const span = recorded((tracer) => tracer.startSpan('work', {}, parent));

    expect(span?.spanContext()).toMatchObject({ traceId: PARENT.traceId });
    expect(span?.spanContext().traceState).toBeUndefined();
  });

  test('a sampler that throws costs the span and nothing else', () => {
    const fail = () => {
      throw new Error('refused');
    };
    const { tracer } = guardedSetup({ sampler: { shouldSample: fail, toString: () => 'fail' } });

    const result = tracer.startActiveSpan('work', (span) => {
      span.setAttribute('a', 1).end();
      return 'done';
    });

    expect(result).toBe('done');
  });

  test('a span that is not sampled stays what it is', () => {
    const { tracer } = guardedSetup({ sampler: new AlwaysOffSampler() });

    expect(
      tracer
        .startSpan('work')
        .setAttribute(undefined as never, 1)
        .isRecording(),
    ).toBe(false);
  });

  test('calls after the end change nothing', () => {
    const { tracer, exporter } = guardedSetup();
    const span = tracer.startSpan('work');
    span.end();

    span.setAttribute('late', 1).updateName('late').end();

    expect(exporter.getFinishedSpans()).toMatchObject([{ name: 'work', attributes: {} }]);
  });

  test('a scope without a name has an empty one', () => {
    const { provider, exporter } = guardedSetup();

    provider
      .getTracer(undefined as never, 7 as never, null as never)
      .startSpan('work')
      .end();

    expect(exporter.getFinishedSpans()[0]?.instrumentationScope).toEqual({ name: '' });
  });

  const METHODS = [
    'setAttribute',
    'setAttributes',
    'addEvent',
    'addLink',
    'addLinks',
    'setStatus',
    'updateName',
    'recordException',
  ];
  const anything = fc.anything({
    key: fc.oneof(
      fc.constantFrom(
        'code',
        'message',
        'name',
        'stack',
        'context',
        'traceId',
        'kind',
        'links',
        'attributes',
        'startTime',
      ),
      fc.string(),
    ),
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
  });

  test('whatever a span is started and called with, nothing is thrown and it can be exported', () => {
    const call = fc.record({ method: fc.constantFrom(...METHODS), args: fc.array(anything, { maxLength: 3 }) });

    fc.assert(
      fc.property(fc.tuple(anything, anything, anything), fc.array(call), anything, (start, calls, endTime) => {
        const { tracer, exporter } = guardedSetup();

        const span = tracer.startSpan(...(start as Parameters<Tracer['startSpan']>));
        for (const { method, args } of calls)
          (span as never as Record<string, (...args: unknown[]) => void>)[method]?.(...args);
        span.end(endTime as never);

        expect(exporter.getFinishedSpans()).toHaveLength(1);
        expect(ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans())?.length).toBeGreaterThan(0);
      }),
    );
  });
});
