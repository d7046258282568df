import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyTrace } from '../../test/any-trace.ts';
import { planSpan, planTrace } from '../../test/build-trace.ts';
import type { MapAnswer } from '../api/answers.ts';
import type { SpanRecord } from '../span-record.ts';
import type { Trace } from '../trace.ts';
import { createServiceMap } from './create-service-map.ts';

const KAFKA = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };

test('services call each other, databases, queues and hosts elsewhere', () => {
  const map = mapOf([
    planSpan('POST /orders', { id: 'root', took: 84, kind: 'server' }),
    planSpan('SELECT', {
      parent: 'root',
      took: 2,
      kind: 'client',
      attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'shop' },
    }),
    planSpan('POST', { id: 'call', parent: 'root', took: 50, kind: 'client', attributes: { 'server.address': 'pay' } }),
    planSpan('charge', { id: 'charge', parent: 'call', took: 48, kind: 'server', service: 'payments', failed: 'no' }),
    planSpan('bank', {
      parent: 'charge',
      took: 40,
      kind: 'client',
      service: 'payments',
      attributes: { 'server.address': 'bank.example', 'server.port': 8443 },
    }),
    planSpan('publish', { id: 'publish', parent: 'root', took: 1, kind: 'producer', attributes: KAFKA }),
    planSpan('process', { parent: 'publish', took: 9, kind: 'consumer', service: 'mailer', attributes: KAFKA }),
  ]);

  expect(edgesOf(map)).toEqual(
    [
      'service:orders-api -> database:postgresql shop 1 0 2',
      'service:orders-api -> queue:kafka orders 1 0 1',
      'service:orders-api -> service:payments 1 1 48',
      'queue:kafka orders -> service:mailer 1 0 9',
      'service:payments -> external:bank.example:8443 1 0 40',
    ].toSorted(),
  );
  expect(map.nodes.map(({ id, requests, errors }) => [id, requests, errors])).toEqual(
    expect.arrayContaining([
      ['service:orders-api', 1, 0],
      ['service:payments', 1, 1],
      ['service:mailer', 1, 0],
      ['queue:kafka orders', 1, 0],
      ['database:postgresql shop', 1, 0],
      ['external:bank.example:8443', 1, 0],
    ]),
  );
  expect(map.nodes).toHaveLength(6);
});

test('a call that was refused fails for the caller, and not for the service that refused', () => {
  const map = mapOf([
    planSpan('POST /orders', { id: 'root', took: 84, kind: 'server' }),
    planSpan('POST', { id: 'call', parent: 'root', took: 50, kind: 'client', failed: 'HTTP 402' }),
    planSpan('POST /charge', { parent: 'call', took: 48, kind: 'server', service: 'payments' }),
  ]);

  expect(edgesOf(map)).toEqual(['service:orders-api -> service:payments 1 1 48']);
  expect(map.nodes.map(({ errors }) => errors)).toEqual([0, 0]);
});

test('a message of which no sending was recorded goes through its queue all the same', () => {
  const map = mapOf([
    planSpan('POST /orders', { id: 'root', took: 84, kind: 'server' }),
    planSpan('process', { parent: 'root', took: 9, kind: 'consumer', service: 'mailer', attributes: KAFKA }),
  ]);

  expect(edgesOf(map)).toEqual(
    ['service:orders-api -> queue:kafka orders 1 0 9', 'queue:kafka orders -> service:mailer 1 0 9'].toSorted(),
  );
  expect(map.nodes.find(({ kind }) => kind === 'queue')?.requests).toBe(1);
});

test('older attributes are understood, and what only fetches or settles messages is no call', () => {
  const client = (name: string, attributes: SpanRecord['attributes']) => planSpan(name, { kind: 'client', attributes });
  const map = mapOf([
    client('a', { 'db.system': 'redis', 'net.peer.name': 'cache' }),
    client('b', { 'http.url': 'https://elsewhere.example/x?y=1' }),
    client('c', { 'messaging.system': 'rabbitmq', 'messaging.operation': 'settle' }),
    client('d', { 'messaging.system': 'nats', 'messaging.operation.type': 'receive' }),
    client('e', { 'messaging.system': 'nats', 'messaging.operation.type': 'send' }),
    client('f', {}),
  ]);

  expect(edgesOf(map).map((edge) => edge.split(' -> ')[1])).toEqual([
    'database:redis cache 1 0 1',
    'external:elsewhere.example 1 0 1',
    'queue:nats 1 0 1',
  ]);
});

test('a consumer that has only a link to its producer is reached by the queue', () => {
  const map = mapOf([planSpan('process', { kind: 'consumer', service: 'mailer', attributes: KAFKA })]);

  expect(edgesOf(map)).toEqual(['queue:kafka orders -> service:mailer 1 0 1']);
});

test('percentiles and rates are those of the calls', () => {
  const calls = Array.from({ length: 100 }, (_, i) =>
    planSpan('GET', { id: `${i}`, at: i * 100, took: i + 1, kind: 'server' }),
  );

  expect(mapOf(calls).nodes).toMatchObject([{ requests: 100, p50Nanos: 50e6, p95Nanos: 95e6, perSecond: 10 }]);
});

test('of 100,000 services the 200 with the most requests are told, and the others counted', () => {
  const spans = Array.from({ length: 100_000 }, (_, i) =>
    planSpan('work', { id: `${i}`, service: `s${i < 200 ? i : i % 50_000}`, kind: 'server' }),
  );

  const map = mapOf(spans);

  expect(map.nodes).toHaveLength(200);
  expect(map.omitted).toBe(49_800);
});

test('a map of traces of any shape has edges between its nodes only', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const { nodes, edges } = mapOfTrace(trace);

      const ids = new Set(nodes.map(({ id }) => id));
      expect(ids.size).toBe(nodes.length);
      for (const { from, to, calls, errors } of edges) {
        expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
        expect(calls).toBeGreaterThan(0);
        expect(errors).toBeLessThanOrEqual(calls);
      }
    }),
  );
});

function mapOf(spans: readonly SpanRecord[]): Omit<MapAnswer, 'api'> {
  return mapOfTrace(planTrace(spans));
}

function mapOfTrace(trace: Trace): Omit<MapAnswer, 'api'> {
  const map = createServiceMap();
  for (const _turn of map.addTrace(trace)); // its turns are for others
  return map.answer();
}

/** Edges as `from -> to calls errors p95`, with milliseconds. */
function edgesOf({ edges }: Omit<MapAnswer, 'api'>): string[] {
  return edges
    .map(({ from, to, calls, errors, p95Nanos }) => `${from} -> ${to} ${calls} ${errors} ${p95Nanos / 1e6}`)
    .toSorted();
}
