import { propagation, ROOT_CONTEXT, SpanKind, trace, type Attributes } from '@opentelemetry/api';
import type { Target } from '@clew/spans';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { AlwaysOffSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { catalogueRequire } from '../otel/catalogue.ts';
import { takeTarget } from '../propagation/target-notes.ts';
import { noteProducers, PRODUCERS } from './note-producers.ts';

test.each<[string, Attributes, string, string]>([
  ['kafkajs', { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' }, 'kafka', 'orders'],
  ['one that tells nothing', {}, '', ''],
])('the queue of a producer span is known: %s', (_name, attributes, system, destination) => {
  const span = tracerOf(new TracerProvider()).startSpan('send', { kind: SpanKind.PRODUCER, attributes });

  expect(takeTarget(trace.setSpan(ROOT_CONTEXT, span), {})).toEqual({ kind: 'message', system, destination });
});

test('the queue is known also where nothing is recorded, and no other span has one', () => {
  const attributes = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };
  const tracer = tracerOf(new TracerProvider({ sampler: new AlwaysOffSampler() }));

  const producer = tracer.startSpan('send', { kind: SpanKind.PRODUCER, attributes });
  const consumer = tracer.startSpan('process', { kind: SpanKind.CONSUMER, attributes });

  expect(takeTarget(trace.setSpan(ROOT_CONTEXT, producer), {})).toMatchObject({ destination: 'orders' });
  expect(takeTarget(trace.setSpan(ROOT_CONTEXT, consumer), {})).toBeUndefined();
});

/** An instrumentation of upstream's, and its function that starts a span for a message and injects into it. */
const UPSTREAM = [
  ['kafkajs', 'KafkaJsInstrumentation', '_startProducerSpan', ['orders', { value: 'a' }], 'orders'],
] as const;

test.each(UPSTREAM)("upstream's %s injects from the context of its producer span", (name, ...expected) => {
  const [className, method, args, destination] = expected;
  const packageName = `@opentelemetry/instrumentation-${name}`;
  const { [className]: Upstream } = catalogueRequire()(packageName) as Record<string, new () => Instrumentation>;
  const instrumentation = new Upstream!();
  instrumentation.setTracerProvider(noteProducers(new TracerProvider()));
  const targets: (Target | undefined)[] = [];
  propagation.setGlobalPropagator({
    fields: () => [],
    inject: (context, carrier) => void targets.push(takeTarget(context, carrier)),
    extract: (context) => context,
  });

  (instrumentation as unknown as Record<string, (...all: unknown[]) => unknown>)[method]!(...args);
  propagation.disable();

  expect(PRODUCERS.has(instrumentation.instrumentationName)).toBe(true);
  expect(targets).toMatchObject([{ kind: 'message', destination }]);
});

const tracerOf = (provider: TracerProvider) => noteProducers(provider).getTracer('test');
