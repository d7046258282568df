import { emptySpan, type LogRecord, type SpanRecord, STATUS_CODE, type Trace } from '@clew/viewer';
import { expect, test } from 'vitest';

import { missingFrom } from '../../examples/checkout/demo/missing-from.ts';
import type { Scenario } from '../../examples/checkout/demo/scenarios.ts';

const SCENARIO: Scenario = {
  title: 'two queries',
  lookAt: 'them',
  path: '/',
  status: 200,
  root: 'GET /',
  services: ['gateway', 'orders'],
  spans: { query: 2 },
};

const ROOT = span('GET /', 'gateway', 'root');
const QUERY = span('query', 'orders', 'query 1', 'root');
const SECOND_QUERY = span('query', 'orders', 'query 2', 'root');

test('a trace with everything in it lacks nothing', () => {
  expect(missingFrom(traceOf([ROOT, QUERY, SECOND_QUERY]), SCENARIO)).toEqual([]);
});

test.each<[string, SpanRecord[], string[]]>([
  ['a span too few', [ROOT, QUERY], ['1 of 2 spans named query arrived']],
  ['a lost parent', [ROOT, QUERY, span('query', 'orders', 'query 2', 'lost')], ['the parent of query did not arrive']],
  ['a second root', [ROOT, QUERY, span('query', 'orders', 'query 2')], ['it has 2 roots, not 1']],
  ['an unnamed root', [{ ...ROOT, name: 'GET' }, QUERY, SECOND_QUERY], ['its root is GET, not GET /']],
  [
    'a service too few',
    [ROOT, span('query', 'gateway', 'query 1', 'root'), span('query', 'gateway', 'query 2', 'root')],
    ['no span of orders arrived'],
  ],
  ['an error', [ROOT, QUERY, failed(SECOND_QUERY, 'timed out')], ['it has an error: timed out']],
])('a trace with %s is not whole', (_what, spans, problems) => {
  expect(missingFrom(traceOf(spans), SCENARIO)).toEqual(problems);
});

test('a trace without its log lines is not whole', () => {
  const trace = { ...traceOf([ROOT, QUERY, SECOND_QUERY]), logs: [logOf('gateway')] };

  expect(missingFrom(trace, SCENARIO)).toEqual(['no log line of orders carries its id']);
});

test('a trace without the error that was provoked is not whole', () => {
  const scenario = { ...SCENARIO, error: 'card declined' };

  expect(missingFrom(traceOf([ROOT, QUERY, SECOND_QUERY]), scenario)).toEqual([
    'no span has the error card declined',
    'it comes without debug lines',
  ]);
});

test('debug lines come with an error, and only then', () => {
  const scenario = { ...SCENARIO, error: 'card declined' };
  const trace = traceOf([ROOT, QUERY, SECOND_QUERY]);
  const failedTrace = traceOf([ROOT, QUERY, failed(SECOND_QUERY, 'card declined')]);
  const withDebugLine = (of: Trace): Trace => ({
    ...of,
    logs: [...of.logs, { ...logOf('orders'), severityText: 'debug' }],
  });

  expect(missingFrom(failedTrace, scenario)).toEqual(['it comes without debug lines']);
  expect(missingFrom(withDebugLine(failedTrace), scenario)).toEqual([]);
  expect(missingFrom(withDebugLine(trace), SCENARIO)).toEqual(['it comes with debug lines']);
});

function span(name: string, service: string, spanId: string, parentSpanId?: string): SpanRecord {
  const resource = { attributes: { 'service.name': service } };
  return { ...emptySpan(), name, resource, spanId, ...(parentSpanId !== undefined && { parentSpanId }) };
}

function failed(span: SpanRecord, message: string): SpanRecord {
  return { ...span, status: { code: STATUS_CODE.error, message } };
}

function traceOf(spans: readonly SpanRecord[]): Trace {
  return { traceId: 'f'.repeat(32), complete: true, spans, logs: SCENARIO.services.map(logOf) };
}

function logOf(name: string): LogRecord {
  const { resource, scope } = emptySpan();
  return {
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: 'info',
    body: '',
    attributes: { name },
    droppedAttributesCount: 0,
    resource,
    scope,
  };
}
