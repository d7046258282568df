import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyTrace } from '../../test/any-trace.ts';
import { planSpan, planTrace, TRACE_ID } from '../../test/build-trace.ts';
import type { TraceSummary } from '../api/answers.ts';
import { hasError, type SpanRecord } from '../span-record.ts';
import { firstLocalRoot, type Trace, traceExtent } from '../trace.ts';
import { traceDurationNanos } from '../terminal/trace-line.ts';
import { addNewSpans, createSummaryDraft, summaryOf } from './trace-summary.ts';

test('a trace is summed up by its root, who took part, and where its first error began', () => {
  const trace = planTrace(
    [
      planSpan('POST /orders', { id: 'root', took: 84, kind: 'server', attributes: { 'http.status_code': 500 } }),
      planSpan('send', { parent: 'root', at: 9, kind: 'producer', attributes: { 'messaging.system': 'kafka' } }),
      planSpan('SELECT', { parent: 'root', at: 2, kind: 'client', attributes: { 'db.system.name': 'postgresql' } }),
      planSpan('POST /charge', {
        id: 'charge',
        parent: 'root',
        at: 5,
        took: 50,
        service: 'payments',
        failed: 'HTTP 500',
      }),
      planSpan('bank', { parent: 'charge', at: 6, took: 20, service: 'payments', failed: 'card declined' }),
    ],
    [{}, {}],
  );

  expect(summarize(trace)).toEqual({
    traceId: TRACE_ID,
    name: 'POST /orders',
    service: 'orders-api',
    services: ['orders-api', 'payments'],
    systems: ['postgresql', 'kafka'],
    startUnixNano: '1700000000000000000',
    durationNanos: 84e6,
    spans: 5,
    errors: 2,
    error: 'card declined',
    logs: 2,
    httpStatus: 500,
    complete: true,
    change: 7,
  });
});

test('a trace without a root has the name of nobody and the service of its first span', () => {
  const inner = planSpan('inner', { parent: 'not here', at: 3, took: 4, service: 'payments' });

  expect(summarize(planTrace([inner]))).toMatchObject({ name: '', service: 'payments', durationNanos: 4e6 });
});

test('a trace of nothing but log lines is empty', () => {
  expect(summarize(planTrace([], [{}]))).toMatchObject({ name: '', service: '', spans: 0, durationNanos: 0, logs: 1 });
});

test('a root whose parent comes later is the root no longer', () => {
  const handle = planSpan('handle', { parent: 'call', at: 2, kind: 'server', service: 'payments' });
  const call = planSpan('call', { parent: 'root', at: 1, kind: 'client' });
  const whole = planTrace([handle, call, planSpan('root', { took: 9 })]);

  const [before, after] = summarizeInTwo(whole, 1);

  expect([before.name, after.name]).toEqual(['handle', 'root']);
});

test('names of a hostile trace are cut and counted in hundreds', () => {
  const spans = Array.from({ length: 300 }, (_, i) => planSpan('x'.repeat(9000), { id: `${i}`, service: `s${i}` }));

  const { name, services } = summarize(planTrace(spans));

  expect(name).toHaveLength(501);
  expect(services).toHaveLength(100);
});

test('a summary that grew with its trace says the same as the whole trace', () => {
  fc.assert(
    fc.property(anyTrace, fc.nat(20), (trace, first) => {
      const [, summary] = summarizeInTwo(trace, first);

      const root = firstLocalRoot(trace);
      const byStart = trace.spans.toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano));
      const services = new Set(byStart.map(({ resource }) => resource.attributes['service.name']));
      expect(summary).toMatchObject({
        name: root?.name ?? '',
        services: [...services],
        startUnixNano: String(traceExtent(trace).start),
        durationNanos: Number(traceDurationNanos(trace)),
        spans: trace.spans.length,
        errors: trace.spans.filter(hasError).length,
      });
      expect(summary.error === undefined).toBe(summary.errors === 0);
    }),
  );
});

function summarize(trace: Trace): TraceSummary {
  return summarizeInTwo(trace, trace.spans.length)[1];
}

/** Summaries of the first spans of a trace, and of all when the others have come. */
function summarizeInTwo({ traceId, complete, spans, logs }: Trace, first: number): [TraceSummary, TraceSummary] {
  const draft = createSummaryDraft();
  const [early, late] = [spans.slice(0, first), spans.slice(first)];
  const after = (added: readonly SpanRecord[], held: readonly SpanRecord[]) => {
    const spanOf = (spanId: string) => held.find((span) => span.spanId === spanId);
    addNewSpans(draft, added, (spanId) => spanOf(spanId) !== undefined);
    return summaryOf(draft, { traceId, complete, logs: logs.length, spanOf, change: 7 });
  };
  return [after(early, early), after(late, spans)];
}
