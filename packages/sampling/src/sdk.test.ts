// With OpenTelemetry's SDK as it comes, without anything of ours beside the samplers.
import {
  createTraceState,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type IdGenerator } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { alwaysOff } from './always-off.ts';
import { alwaysOn } from './always-on.ts';
import { linksAware } from './links-aware.ts';
import { parentThreshold } from './parent-threshold.ts';
import { probability } from './probability.ts';
import { ruleBased } from './rule-based.ts';
import type { ThresholdSampler } from './threshold-sampler.ts';

const KEPT_ID = '0af7651916cd43dd84ffffffffffffff';
const DROPPED_ID = '0af7651916cd43dd8400000000000001';

function setUp(sampler: ThresholdSampler, traceIds: readonly string[] = []) {
  const ids = [...traceIds];
  let spans = 0;
  const idGenerator: IdGenerator = {
    generateTraceId: () => ids.shift() ?? KEPT_ID,
    generateSpanId: () => (++spans).toString(16).padStart(16, '0'),
  };
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler,
    idGenerator,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const exported = () =>
    exporter.getFinishedSpans().map((span) => [span.name, span.spanContext().traceState?.serialize()]);
  return { tracer: provider.getTracer('shop'), exported };
}

test('the threshold of the root goes with all spans of its trace, and with the requests they make', () => {
  const { tracer, exported } = setUp(parentThreshold({ root: probability(0.01) }), [KEPT_ID, DROPPED_ID]);
  const propagator = new W3CTraceContextPropagator();
  const headers: Record<string, string>[] = [];
  for (const name of ['kept', 'dropped']) {
    const root = tracer.startSpan(name, {}, ROOT_CONTEXT);
    const child = tracer.startSpan(`child of ${name}`, {}, trace.setSpan(ROOT_CONTEXT, root));
    const carrier: Record<string, string> = {};
    propagator.inject(trace.setSpan(ROOT_CONTEXT, child), carrier, defaultTextMapSetter);
    headers.push(carrier);
    child.end();
    root.end();
  }

  expect(exported()).toEqual([
    ['child of kept', 'ot=th:fd70a'],
    ['kept', 'ot=th:fd70a'],
  ]);
  expect(headers).toEqual([
    { traceparent: `00-${KEPT_ID}-0000000000000002-01`, tracestate: 'ot=th:fd70a' },
    { traceparent: `00-${DROPPED_ID}-0000000000000004-00` },
  ]);
});

test('the service that is called does as its caller did', () => {
  const { tracer, exported } = setUp(parentThreshold({ root: alwaysOff() }));
  const received = (traceparent: string, tracestate: string) =>
    new W3CTraceContextPropagator().extract(ROOT_CONTEXT, { traceparent, tracestate }, defaultTextMapGetter);

  const callers = [
    ['kept', `00-${KEPT_ID}-b7ad6b7169203331-01`, 'rojo=1,ot=th:fd70a'],
    ['kept for another reason', `00-${DROPPED_ID}-b7ad6b7169203331-01`, 'rojo=1,ot=th:fd70a'],
    ['not kept', `00-${KEPT_ID}-b7ad6b7169203331-00`, 'rojo=1,ot=th:fd70a'],
  ] as const;
  for (const [name, traceparent, tracestate] of callers) {
    tracer.startSpan(name, {}, received(traceparent, tracestate)).end();
  }

  expect(exported()).toEqual([
    ['kept', 'rojo=1,ot=th:fd70a'],
    ['kept for another reason', 'rojo=1'],
  ]);
});

test('the application may give a root its randomness', () => {
  const { tracer, exported } = setUp(parentThreshold({ root: probability(0.5) }), [DROPPED_ID, KEPT_ID]);
  const withRandomness = (rv: string) => {
    const traceState = createTraceState(`ot=rv:${rv}`);
    return trace.setSpanContext(ROOT_CONTEXT, { traceId: '', spanId: '', traceFlags: 0, traceState });
  };

  tracer.startSpan('kept', {}, withRandomness('80000000000000')).end();
  tracer.startSpan('dropped', {}, withRandomness('7fffffffffffff')).end();

  expect(exported()).toEqual([['kept', 'ot=th:8;rv:80000000000000']]);
});

test('a root takes nothing else over from what is no parent', () => {
  const { tracer, exported } = setUp(parentThreshold({ root: alwaysOn() }));
  const traceState = createTraceState('rojo=1,ot=th:8');
  const noParent = trace.setSpanContext(ROOT_CONTEXT, { traceId: '', spanId: '', traceFlags: 1, traceState });

  tracer.startSpan('root', {}, noParent).end();

  expect(exported()).toEqual([['root', 'ot=th:0']]);
});

test('probes are dropped, and a consumer is kept with its producer', () => {
  const isProbe = {
    name: 'probes',
    matches: ({ attributes }: { attributes: object }) => '/healthz' === Object.values(attributes)[0],
  };
  const root = linksAware({
    next: ruleBased({ rules: [{ ...isProbe, sampler: alwaysOff() }], otherwise: probability(0.01) }),
  });
  const { tracer, exported } = setUp(parentThreshold({ root }), [KEPT_ID, KEPT_ID, DROPPED_ID, DROPPED_ID]);
  const producer = { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), traceFlags: 1 };

  tracer.startSpan('probe', { kind: SpanKind.SERVER, attributes: { 'url.path': '/healthz' } }, ROOT_CONTEXT).end();
  tracer.startSpan('order', { kind: SpanKind.SERVER, attributes: { 'url.path': '/orders' } }, ROOT_CONTEXT).end();
  tracer.startSpan('mail', { kind: SpanKind.CONSUMER, links: [{ context: producer }] }, ROOT_CONTEXT).end();
  tracer.startSpan('other', { kind: SpanKind.CONSUMER }, ROOT_CONTEXT).end();

  expect(exported()).toEqual([
    ['order', 'ot=th:fd70a'],
    ['mail', 'ot=th:0'],
  ]);
});

test('everything is kept without a word of it, where nothing shall be written', () => {
  const { tracer, exported } = setUp(parentThreshold({ root: alwaysOn({ writesThreshold: false }) }));

  tracer.startSpan('quiet', {}, ROOT_CONTEXT).end();

  expect(exported()).toEqual([['quiet', undefined]]);
});
