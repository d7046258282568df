import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { anyTrace } from '../../test/any-trace.ts';
import { planSpan, planTrace, TRACE_ID } from '../../test/build-trace.ts';
import type { Trace } from '../trace.ts';
import { compileSearch } from './compile-search.ts';
import { parseSearch } from './parse-search.ts';
import { addNewSpans, createSummaryDraft, summaryOf } from './trace-summary.ts';

const SHOP = planTrace(
  [
    planSpan('POST /orders/:id', {
      id: '00f067aa0ba902b7',
      took: 84,
      kind: 'server',
      attributes: { 'http.route': '/orders/:id', 'http.response.status_code': 500, 'app.tags': ['new', 'gift'] },
      failed: 'HTTP 500',
    }),
    planSpan('POST', {
      parent: '00f067aa0ba902b7',
      at: 5,
      took: 51,
      kind: 'client',
      service: 'payments',
      attributes: {
        'http.request.method': 'POST',
        'url.full': 'http://bank.example/charge',
        retries: 3,
        big: 2n ** 60n,
      },
      exception: { type: 'CardError', message: 'Card declined' },
    }),
  ],
  [
    {
      spanId: '00f067aa0ba902b7',
      severityNumber: 17,
      body: { text: 'order failed', order: { id: 81 } },
      attributes: { customer: 'Ada' },
      resource: { attributes: { 'service.name': 'audit', 'service.version': '1.2' } },
    },
  ],
);

test.each([
  'declined',
  'CARD',
  '"card declined"',
  '"HTTP 500"',
  'payments',
  'bank.example/charge',
  'gift',
  '"order failed"',
  '81',
  'ada',
  'audit',
  TRACE_ID.slice(0, 4),
  '00f067aa',
  'declined 81 gift',
  'service:payments',
  'service:pay*',
  'service:audit',
  'name:"POST /orders/:id"',
  'name:post*',
  'name:"POST bank.example/charge"',
  'route:/orders/*',
  'status:500',
  'status:5*',
  'status:error',
  'status>=500',
  'kind:client',
  'error',
  'duration>50ms',
  'duration<85ms',
  'retries>2',
  'retries<=3',
  'retries:3',
  'big>1000',
  'app.tags:gift',
  'customer:ada',
  'customer=Ada',
  'service.version:1.*',
  'exception.type:CardError',
  '-refused',
  'service:payments -service:mailer',
])('%s finds the trace', (search) => {
  expect(finds(search, SHOP)).toBe(true);
});

test.each([
  'refused',
  'declined refused',
  'service:pay',
  'service:mailer',
  'name:POST*charge -bank',
  'route:/orders',
  'status:404',
  'status:ok',
  'kind:consumer',
  '-error',
  'duration>85ms',
  'duration<84ms',
  'retries>3',
  'customer=ada',
  'exception.type:Card',
  '94',
  'declined -gift',
])('%s does not find it', (search) => {
  expect(finds(search, SHOP)).toBe(false);
});

test('the terms of a search for spans must hold in one span with its log lines', () => {
  const [order, charge] = SHOP.spans;
  const search = compileSearch(parseSearch('"order failed" status:500 duration>50ms')!);

  expect(search.matchSpan(order!, SHOP.logs)).toBe(true);
  expect(search.matchSpan(order!, [])).toBe(false);
  expect(search.matchSpan(charge!, SHOP.logs)).toBe(false);
});

test('log lines are found by their text, attributes and service', () => {
  const [log] = SHOP.logs;
  const matches = (search: string) => compileSearch(parseSearch(search)!).matchLog(log!);

  expect(['failed', 'customer:ada', 'service:audit', 'error', '81'].map(matches)).toEqual(Array(5).fill(true));
  expect(['declined', 'kind:server', 'duration>0', '-error'].map(matches)).toEqual(Array(4).fill(false));
});

test('in a trace of any shape a negated term finds what the term does not, and two terms what both find', () => {
  const term = fc.constantFrom(
    'error',
    'work',
    'declined',
    'service:api',
    'service:m*',
    'kind:server',
    'postgres',
    'messaging.system:kafka',
    'duration>5ms',
    'status:error',
  );

  fc.assert(
    fc.property(anyTrace, term, term, (trace, one, other) => {
      expect(finds(`-${one}`, trace)).toBe(!finds(one, trace));
      expect(finds(`${one} ${other}`, trace)).toBe(finds(one, trace) && finds(other, trace));
    }),
  );
});

test('a search lets others have their turn every 128 spans and log lines', () => {
  const spans = Array.from({ length: 1000 }, (_, i) => planSpan('work', { id: `${i}` }));
  const trace = planTrace(
    spans,
    Array.from({ length: 1000 }, () => ({})),
  );

  const work = compileSearch(parseSearch('nothing')!).matchTrace(trace, () => summarize(trace));

  expect([...work]).toHaveLength(Math.floor(2000 / 128));
});

function finds(search: string, trace: Trace): boolean {
  const work = compileSearch(parseSearch(search)!).matchTrace(trace, () => summarize(trace));
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

function summarize({ traceId, complete, spans, logs }: Trace) {
  const draft = createSummaryDraft();
  const spanOf = (spanId: string) => spans.find((span) => span.spanId === spanId);
  addNewSpans(draft, spans, (spanId) => spanOf(spanId) !== undefined);
  return summaryOf(draft, { traceId, complete, logs: logs.length, spanOf, change: 1 });
}
