import { ROOT_CONTEXT, SpanKind, trace, type Attributes } from '@opentelemetry/api';
import { AlwaysOffSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { injectionTarget } from '../propagation/target-notes.ts';
import { noteProducers, PRODUCERS } from './note-producers.ts';

test.each<[string, Attributes, string, string]>([
  ['SQS', { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'orders' }, 'aws_sqs', 'orders'],
  ['one that tells nothing', {}, '', ''],
])('the queue of a producer span is known: %s', (_name, attributes, system, destination) => {
  const span = tracerOf(new TracerProvider()).startSpan('send', { kind: SpanKind.PRODUCER, attributes });

  expect(injectionTarget(trace.setSpan(ROOT_CONTEXT, span))).toEqual({ kind: 'message', system, destination });
});

test('the queue is known also where nothing is recorded, and no other span has one', () => {
  const attributes = { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'orders' };
  const tracer = tracerOf(new TracerProvider({ sampler: new AlwaysOffSampler() }));

  const producer = tracer.startSpan('send', { kind: SpanKind.PRODUCER, attributes });
  const consumer = tracer.startSpan('process', { kind: SpanKind.CONSUMER, attributes });

  expect(injectionTarget(trace.setSpan(ROOT_CONTEXT, producer))).toMatchObject({ destination: 'orders' });
  expect(injectionTarget(trace.setSpan(ROOT_CONTEXT, consumer))).toBeUndefined();
});

test('the instrumentation that is watched is the one of the AWS SDK', () => {
  expect([...PRODUCERS]).toEqual(['@opentelemetry/instrumentation-aws-sdk']);
});

const tracerOf = (provider: TracerProvider) => noteProducers(provider).getTracer('test');
