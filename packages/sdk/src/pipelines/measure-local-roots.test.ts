import { createTraceLifetimes } from '@clew/spans/internal';
import { ROOT_CONTEXT, SpanStatusCode, trace, type SpanKind, type SpanOptions } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type Histogram,
} from '@opentelemetry/sdk-metrics';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { spanWith } from '../../test/span-with.ts';
import { spanObserver } from '../otel/span-observer.ts';
import { measureLocalRoots } from './measure-local-roots.ts';

const MINUTE = 60_000;

test('each local root is measured once, by kind and route or name, and the children of one are not', async () => {
  const { tracer, points } = measured();
  const attributes = { 'http.route': '/orders/:id', 'http.request.method': 'GET', 'user.id': 7 };

  for (let n = 0; n < 3; n++) {
    const root = tracer.startSpan('GET /orders/:id', { kind: 1, attributes });
    tracer.startSpan('query', { kind: 2 }, trace.setSpan(ROOT_CONTEXT, root)).end();
    root.end();
  }
  tracer.startSpan('tidy up').end();

  expect(await points()).toEqual([
    [{ 'span.kind': 'server', 'http.route': '/orders/:id', 'http.request.method': 'GET' }, 3],
    [{ 'span.kind': 'internal', 'span.name': 'tidy up' }, 1],
  ]);
});

test('a span below a caller in another process is a local root', async () => {
  const { tracer, points } = measured();
  const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };

  tracer.startSpan('GET', { kind: 1 }, trace.setSpanContext(ROOT_CONTEXT, caller)).end();

  expect(await points()).toEqual([[{ 'span.kind': 'server', 'span.name': 'GET' }, 1]]);
});

test('those that failed have error.type, and those that did not fail have none', async () => {
  const { tracer, points } = measured();
  const end = (options: SpanOptions, code?: SpanStatusCode) => {
    const span = tracer.startSpan('job', options);
    if (code !== undefined) span.setStatus({ code });
    span.end();
  };

  end({ attributes: { 'error.type': 'TimeoutError' } }, SpanStatusCode.ERROR);
  end({}, SpanStatusCode.ERROR);
  end({ attributes: { 'error.type': '404' } });
  end({}, SpanStatusCode.OK);

  const job = { 'span.kind': 'internal', 'span.name': 'job' };
  expect(await points()).toEqual([
    [{ ...job, 'error.type': 'TimeoutError' }, 1],
    [{ ...job, 'error.type': '_OTHER' }, 1],
    [job, 2],
  ]);
});

test('durations are in seconds, in the buckets of the semantic conventions', async () => {
  const { tracer, histograms } = measured();

  tracer.startSpan('job', { startTime: MINUTE }).end(MINUTE + 1500);

  const [point] = await histograms();
  expect(point?.value).toMatchObject({ count: 1, sum: 1.5 });
  expect(point?.value.buckets.boundaries).toEqual([
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ]);
});

test.each([AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA])(
  'beyond 1,000 combinations one more takes the rest, and one the failures among them, in all intervals together (%i)',
  async (temporality) => {
    const { tracer, points } = measured(temporality);
    const end = (name: string, isFailed = false) => {
      const span = tracer.startSpan(name);
      if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };

    for (let n = 0; n < 800; n++) end(`GET /orders/${n}`);
    await points();
    for (let n = 800; n < 3000; n++) end(`GET /orders/${n}`, n % 100 === 0);
    end('GET /orders/0');
    const last = await points();

    const isCumulative = temporality === AggregationTemporality.CUMULATIVE;
    expect(last).toHaveLength(isCumulative ? 1002 : 203);
    expect(last).toContainEqual([{ 'span.kind': 'internal', 'span.name': 'GET /orders/0' }, isCumulative ? 2 : 1]);
    expect(last).toContainEqual([{ 'otel.metric.overflow': true }, 1980]);
    expect(last).toContainEqual([{ 'otel.metric.overflow': true, 'error.type': '_OTHER' }, 20]);
  },
);

test('whatever local roots hold, all are counted, failures as failures, and no text is longer than 256 characters', async () => {
  const text = fc.oneof(
    fc.constantFrom(
      'GET',
      '/orders/:id',
      '',
      ' ',
      '\0',
      'x'.repeat(1e6),
      '😀'.repeat(200),
      '\ud800',
      'x'.repeat(255) + '😀',
    ),
    fc.string({ unit: 'binary' }),
  );
  const value = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(undefined), fc.array(fc.string()));
  const names = fc.constantFrom('http.route', 'http.request.method', 'error.type', 'span.name', '__proto__');
  const part = fc.oneof(fc.constantFrom(NaN, Infinity, -Infinity, -1, 0), fc.double(), fc.integer());
  const span = fc.record({
    name: text,
    kind: fc.constantFrom<SpanKind>(0, 1, 2, 3, 4, 99 as SpanKind),
    status: fc.record({ code: fc.constantFrom<SpanStatusCode>(0, 1, 2) }),
    duration: fc.tuple(part, part),
    attributes: fc.dictionary(names, value),
  });

  await fc.assert(
    fc.asyncProperty(fc.array(span, { maxLength: 50 }), async (spans) => {
      const { end, histograms } = measured();

      for (const each of spans) end(spanWith(each));

      const all = await histograms();
      const failed = all.filter(({ attributes }) => attributes['error.type'] !== undefined);
      expect(countIn(all)).toBe(spans.length);
      expect(countIn(failed)).toBe(spans.filter(({ status }) => status.code === SpanStatusCode.ERROR).length);
      const texts = all.flatMap(({ attributes }) => Object.values(attributes)).map(String);
      expect(texts.filter((each) => each.length > 256 || Buffer.from(each).toString() !== each)).toEqual([]);
      for (const {
        value: { sum },
      } of all)
        expect(Number.isFinite(sum)).toBe(true);
    }),
  );
});

test('local roots that differ in how their texts are split are not taken for one', async () => {
  const { tracer, points } = measured();

  const end = (name: string, method: string) =>
    tracer.startSpan(name, { attributes: { 'http.request.method': method } }).end();
  end('ab', 'c');
  end('b', 'ca');
  end(' ab', 'c');
  tracer.startSpan('c', { attributes: { 'http.route': 'c' } }).end();
  tracer.startSpan('c').end();

  expect((await points()).map(([, count]) => count)).toEqual([1, 1, 1, 1, 1]);
});

test('texts that are longer than 256 characters, or no Unicode, are one series when they are sent alike', async () => {
  const { tracer, points } = measured();

  for (let n = 0; n < 1100; n++) {
    tracer.startSpan('\ud800').end();
    tracer.startSpan(`${'x'.repeat(256)}${n}`).end();
  }

  expect(await points()).toEqual([
    [{ 'span.kind': 'internal', 'span.name': '\ufffd' }, 1100],
    [{ 'span.kind': 'internal', 'span.name': 'x'.repeat(256) }, 1100],
  ]);
});

test('nothing is measured after the end', async () => {
  const { tracer, stop, points } = measured();

  tracer.startSpan('before').end();
  stop();
  tracer.startSpan('after').end();

  expect(await points()).toEqual([[{ 'span.kind': 'internal', 'span.name': 'before' }, 1]]);
});

/** A tracer whose local roots are measured, and what was exported of them. */
function measured(temporality = AggregationTemporality.CUMULATIVE) {
  const lifetimes = createTraceLifetimes();
  const exporter = new InMemoryMetricExporter(temporality);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60 * MINUTE });
  const provider = new MeterProvider({ readers: [reader] });
  const stop = measureLocalRoots(provider.getMeter('test'), lifetimes);
  const observer = spanObserver({ onStart: lifetimes.spanStarted, onEnd: lifetimes.spanEnded });
  const tracer = new TracerProvider({ spanProcessors: [observer] }).getTracer('test');

  async function histograms(): Promise<DataPoint<Histogram>[]> {
    exporter.reset();
    await provider.forceFlush();
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics));
    return metrics.flatMap(({ dataPoints }) => dataPoints as DataPoint<Histogram>[]);
  }

  return {
    tracer,
    stop,
    histograms,
    points: async () => (await histograms()).map(({ attributes, value }) => [attributes, value.count] as const),
    end(span: ReadableSpan) {
      const root = { ...span, parentSpanContext: undefined };
      lifetimes.spanStarted(root);
      lifetimes.spanEnded(root);
    },
  };
}

function countIn(points: readonly DataPoint<Histogram>[]): number {
  return points.reduce((sum, { value }) => sum + value.count, 0);
}
