import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { expect, test } from 'vitest';

import { logOf, spanId, spanOf, traceId, useApi } from '../../test/api-client.ts';
import { createAttributes } from '../attribute-value.ts';
import { decodeLogsJson } from '../otlp/decode-logs-json.ts';
import { decodeTracesJson } from '../otlp/decode-traces-json.ts';
import type { SpanRecord } from '../span-record.ts';
import { traceLine } from '../terminal/trace-line.ts';
import { waterfall } from '../terminal/waterfall.ts';
import type { CriticalAnswer, ErrorAnswer, FindAnswer, SpanAnswer, TraceAnswer } from './answers.ts';

const api = useApi({ maxBytes: 1024 ** 3 });
const POSTGRES = { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT * FROM orders' };

function addOrder(): void {
  api.viewer.store.addSpans([
    spanOf(1, 'POST /orders', { took: 84, kind: 'server', failed: 'HTTP 500' }),
    spanOf(1, 'SELECT', { id: 1, parent: 0, at: 2, took: 10, kind: 'client', attributes: POSTGRES }),
    spanOf(1, 'charge', { id: 2, parent: 0, at: 20, took: 60, service: 'payments', failed: 'card declined' }),
  ]);
  api.viewer.store.addLogs([
    logOf(1, 'too late', { spanId: spanId(2), timeUnixNano: 20n, severityNumber: 17 }),
    logOf(1, 'charging', { spanId: spanId(2), timeUnixNano: 10n, severityText: 'info' }),
  ]);
}

test('a trace is answered as the rows of its tree, with notes, critical path and log lines', async () => {
  addOrder();

  const trace = await api.get<TraceAnswer>(`/api/traces/${traceId(1)}`);

  expect(trace).toMatchObject({
    api: 1,
    summary: { traceId: traceId(1), name: 'POST /orders', errors: 2 },
    startUnixNano: '1700000000000000000',
    extentNanos: 84e6,
    names: ['POST /orders', 'SELECT', 'charge'],
    systems: ['postgresql'],
    spans: { id: [spanId(0), spanId(1), spanId(2)], depth: [0, 1, 1], logs: [0, 0, 2] },
    tops: {},
    notes: {
      0: [{ kind: 'error', text: 'HTTP 500' }],
      1: [{ kind: 'statement', text: 'SELECT * FROM orders' }],
      2: [{ kind: 'error', text: 'card declined' }],
    },
    links: [],
    critical: [
      { span: 0, from: 0, to: 2e6 },
      { span: 1, from: 2e6, to: 12e6 },
      { span: 0, from: 12e6, to: 20e6 },
      { span: 2, from: 20e6, to: 80e6 },
      { span: 0, from: 80e6, to: 84e6 },
    ],
    logs: [
      { text: 'charging', level: 'info', timeUnixNano: '10', spanId: spanId(2) },
      { text: 'too late', level: 'ERROR', severity: 17, traceId: traceId(1), service: 'payments' },
    ],
  });
  expect(trace).not.toHaveProperty('omitted');
});

test('links lead to the other trace from both ends', async () => {
  const link = { traceId: traceId(1), spanId: spanId(5), attributes: {}, droppedAttributesCount: 0 };
  const lost = { ...link, traceId: traceId(9) };
  api.viewer.store.addSpans([
    spanOf(1, 'publish', { id: 5, kind: 'producer' }),
    { ...spanOf(2, 'process', { id: 6, kind: 'consumer', service: 'mailer' }), links: [link, lost] },
  ]);

  const [producer, consumer] = await Promise.all([1, 2].map((n) => api.get<TraceAnswer>(`/api/traces/${traceId(n)}`)));

  expect(producer!.links).toEqual([
    { span: 0, direction: 'from', traceId: traceId(2), spanId: spanId(6), name: 'process', service: 'mailer' },
  ]);
  expect(consumer!.links).toEqual([
    { span: 0, direction: 'to', traceId: traceId(1), spanId: spanId(5), name: 'publish', service: 'orders-api' },
    { span: 0, direction: 'to', traceId: traceId(9), spanId: spanId(5) },
  ]);
});

test('a message within a trace leads from its sender to whoever takes it, and back', async () => {
  api.viewer.store.addSpans([
    spanOf(1, 'POST /orders', { id: 5, kind: 'server' }),
    spanOf(1, 'process mail', { id: 6, parent: 5, kind: 'consumer', service: 'mailer' }),
    spanOf(1, 'process own', { id: 7, parent: 5, kind: 'consumer' }),
  ]);

  const { links } = await api.get<TraceAnswer>(`/api/traces/${traceId(1)}`);

  const here = { traceId: traceId(1) };
  expect(links).toEqual([
    { span: 1, direction: 'to', ...here, spanId: spanId(5), name: 'POST /orders', service: 'orders-api' },
    { span: 0, direction: 'from', ...here, spanId: spanId(6), name: 'process mail', service: 'mailer' },
  ]);
});

test('what there is no room for is counted', async () => {
  api.viewer.store.addSpans([spanOf(1, 'noisy')]);
  api.viewer.store.addLogs(Array.from({ length: 5010 }, (_, i) => logOf(1, 'line', { timeUnixNano: BigInt(i) })));

  const trace = await api.get<TraceAnswer>(`/api/traces/${traceId(1)}`);

  expect(trace.logs).toHaveLength(5000);
  expect(trace.summary.logs).toBe(5010);
  expect(trace.omitted).toEqual({ notes: 0, links: 0, logs: 10 });
});

test('long log lines are as many as fit into eight million characters', async () => {
  const attributes = Object.assign(createAttributes(), { dump: 'x'.repeat(1_000_000) });
  api.viewer.store.addSpans([spanOf(1, 'noisy')]);
  api.viewer.store.addLogs(Array.from({ length: 12 }, () => logOf(1, 'y'.repeat(20_000), { attributes })));

  const trace = await api.get<TraceAnswer>(`/api/traces/${traceId(1)}`);

  expect(trace.logs.map(({ text }) => text.length)).toEqual(Array.from({ length: 8 }, () => 16_385));
  expect(trace.omitted?.logs).toBe(4);
});

test('a trace as OTLP JSON is what was received, logs included', async () => {
  addOrder();

  const json = await api.text(`/api/traces/${traceId(1)}.json`);

  const trace = api.viewer.store.trace(traceId(1))!;
  const withoutEmpty = (spans: readonly SpanRecord[]) =>
    JSON.parse(
      JSON.stringify(spans.map(({ spanId, name, attributes, status }) => ({ spanId, name, attributes, status }))),
    );
  expect(withoutEmpty(decodeTracesJson(json)!)).toEqual(withoutEmpty(trace.spans));
  expect(decodeLogsJson(json)?.map(({ body }) => body)).toEqual(['too late', 'charging']);
});

test('a trace as text is what the terminal shows', async () => {
  addOrder();

  const text = await api.text(`/api/traces/${traceId(1)}.txt?columns=80`);

  const trace = api.viewer.store.trace(traceId(1))!;
  expect(text).toBe(`${traceLine(trace, { columns: 80 })}\n${waterfall(trace, { columns: 80 })}\n`);
  expect(await api.text(`/api/traces/${traceId(1)}.txt?rows=1`)).toContain('… 2 more spans');
});

test('the critical path names its spans', async () => {
  addOrder();

  const { segments } = await api.get<CriticalAnswer>(`/api/traces/${traceId(1)}/critical`);

  expect(segments.map(({ name, service, from, to }) => `${name} ${service} ${from / 1e6}-${to / 1e6}`)).toEqual([
    'POST /orders orders-api 0-2',
    'SELECT orders-api 2-12',
    'POST /orders orders-api 12-20',
    'charge payments 20-80',
    'POST /orders orders-api 80-84',
  ]);
  expect(segments[1]?.spanId).toBe(spanId(1));
});

test('a span that came in protobuf is told with all its parts', async () => {
  const span = {
    name: 'POST',
    kind: 1,
    spanContext: () => ({ traceId: traceId(7), spanId: spanId(7), traceFlags: 1 }),
    startTime: [1_700_000_000, 0],
    endTime: [1_700_000_000, 5],
    status: { code: 2, message: 'no' },
    attributes: { 'http.request.method': 'POST', 'url.path': '/orders', 'db.query.text': 'x' },
    events: [{ name: 'exception', time: [1_700_000_000, 1], attributes: { 'exception.type': 'CardError' } }],
    links: [{ context: { traceId: traceId(8), spanId: spanId(8), traceFlags: 1 }, attributes: { why: 'retry' } }],
    resource: { attributes: { 'service.name': 'orders' } },
    instrumentationScope: { name: 'http', version: '2' },
    droppedAttributesCount: 1,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  const body = ProtobufTraceSerializer.serializeRequest([span] as never) as BodyInit;
  const headers = { 'content-type': 'application/x-protobuf' };
  await fetch(`${api.viewer.url}/v1/traces`, { method: 'POST', headers, body });

  const details = (await api.get<SpanAnswer>(`/api/spans/${traceId(7)}/${spanId(7)}`)).span;
  const trace = await api.get<TraceAnswer>(`/api/traces/${traceId(7)}`);
  const [decoded] = decodeTracesJson(await api.text(`/api/traces/${traceId(7)}.json`))!;

  expect(details).toMatchObject({
    label: 'POST /orders',
    service: 'orders',
    status: { code: 2, message: 'no' },
    attributes: Object.entries(span.attributes),
    droppedAttributes: 1,
    events: [{ name: 'exception', attributes: [['exception.type', 'CardError']] }],
    links: [{ traceId: traceId(8), spanId: spanId(8), attributes: [['why', 'retry']] }],
    scope: { name: 'http', version: '2' },
  });
  expect(trace).toMatchObject({ names: ['POST /orders'], spans: { events: [1] }, links: [{ traceId: traceId(8) }] });
  expect(decoded).toMatchObject({ name: 'POST', attributes: span.attributes, events: [{ name: 'exception' }] });
  expect((await api.get<FindAnswer>(`/api/traces/${traceId(7)}/find?q=CardError`)).spans).toEqual([spanId(7)]);
});

test.each([
  ['orders', [0, 1]],
  ['SELECT', [1]],
  ['charging', [2]],
  ['error duration<70ms', [2]],
  ['nothing', []],
])('%s finds the spans %j in a trace', async (q, found) => {
  addOrder();

  const { spans } = await api.get<FindAnswer>(`/api/traces/${traceId(1)}/find?q=${encodeURIComponent(q)}`);

  expect(spans).toEqual(found.map(spanId));
});

test('a span is answered with all that is known of it', async () => {
  const attributes = Object.assign(createAttributes(), {
    text: '<b>',
    flag: true,
    nothing: null,
    big: 2n ** 60n,
    bytes: new Uint8Array([1, 2]),
    none: Number.NaN,
    list: [1, 'x'],
    map: Object.assign(createAttributes(), { __proto__: null, inner: -0 }),
  });
  const link = { traceId: traceId(9), spanId: spanId(5), attributes: {}, droppedAttributesCount: 0 };
  const span = spanOf(1, 'POST', { id: 3, parent: 0, took: 2, events: { retry: { n: 1 } }, failed: 'no' });
  api.viewer.store.addSpans([
    { ...span, attributes, links: [link], traceState: 'a=1', flags: 257, droppedLinksCount: 2 },
  ]);
  api.viewer.store.addLogs([logOf(1, 'mine', { spanId: spanId(3) }), logOf(1, 'other', { spanId: spanId(4) })]);

  const answer = await api.get<SpanAnswer>(`/api/spans/${traceId(1).toUpperCase()}/${spanId(3)}`);

  expect(answer.span).toMatchObject({
    traceId: traceId(1),
    spanId: spanId(3),
    parentSpanId: spanId(0),
    traceState: 'a=1',
    flags: 257,
    name: 'POST',
    label: 'POST',
    kind: 1,
    service: 'orders-api',
    startUnixNano: '1700000000000000000',
    endUnixNano: '1700000000002000000',
    status: { code: 2, message: 'no' },
    attributes: [
      ['text', '<b>'],
      ['flag', true],
      ['nothing', null],
      ['big', { $int: '1152921504606846976' }],
      ['bytes', { $bytes: 'AQI=' }],
      ['none', { $double: 'NaN' }],
      ['list', [1, 'x']],
      ['map', { inner: { $double: '-0' } }],
    ],
    events: [{ name: 'retry', timeUnixNano: '1700000000000000000', attributes: [['n', 1]] }],
    links: [{ traceId: traceId(9), spanId: spanId(5), attributes: [] }],
    droppedAttributes: 0,
    droppedEvents: 0,
    droppedLinks: 2,
    resource: [['service.name', 'orders-api']],
    scope: { name: '', version: '' },
    logs: [{ text: 'mine' }],
  });
});

test.each([
  [`/api/traces/${traceId(2)}`, 404, `trace ${traceId(2)} is not here`],
  [`/api/traces/${traceId(2)}.txt`, 404, 'is not here'],
  [`/api/traces/${traceId(2)}/find?q=x`, 404, 'is not here'],
  [`/api/spans/${traceId(1)}/${spanId(9)}`, 404, `span ${spanId(9)} of trace ${traceId(1)} is not here`],
  ['/api/traces/abc', 400, 'trace id: expected 32 hex digits'],
  [`/api/traces/${'z'.repeat(32)}.json`, 400, 'trace id: expected 32 hex digits'],
  [`/api/spans/${traceId(1)}/xyz`, 400, 'span id: expected 16 hex digits'],
  [`/api/traces/${traceId(1)}.txt?columns=10`, 400, 'columns: expected a whole number from 60 to 1000'],
  [`/api/traces/${traceId(1)}.csv`, 404, 'there is no such endpoint'],
  [`/api/traces/${traceId(1)}/`, 404, 'there is no such endpoint'],
])('%s is answered with %i', async (path, status, problem) => {
  addOrder();

  expect(await api.get<ErrorAnswer>(path, status)).toEqual({ api: 1, error: expect.stringContaining(problem) });
});

test('a trace of 100,000 spans is answered whole', { timeout: 60_000 }, async () => {
  const spans = Array.from({ length: 100_000 }, (_, i) =>
    spanOf(1, 'SELECT', { id: i, ...(i > 0 && { parent: i - 1 }), kind: 'client', attributes: POSTGRES }),
  );
  api.viewer.store.addSpans(spans);
  const before = process.cpuUsage();

  const trace = await api.get<TraceAnswer>(`/api/traces/${traceId(1)}`);

  const { user, system } = process.cpuUsage(before);
  expect(trace.spans.depth.at(-1)).toBe(99_999);
  expect(user + system).toBeLessThan(10_000_000);
});
