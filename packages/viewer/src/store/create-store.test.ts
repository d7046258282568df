import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { traceRequests } from '../../test/otlp-requests.ts';
import { encode } from '../../test/otlp-schema.ts';
import { createAttributes } from '../attribute-value.ts';
import type { Clock } from '../clock.ts';
import { emptyLog, type LogRecord } from '../log-record.ts';
import { decodeTracesLazily } from '../otlp/decode-traces.ts';
import { emptySpan, SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { createStore, type Store } from './create-store.ts';

test('the spans of a trace are kept together, in the order they came', () => {
  const store = createStore();

  store.addSpans([span('t1', 'a'), span('t2', 'b')]);
  store.addSpans([span('t1', 'c')]);

  expect(spanIds(store, 't1')).toEqual(['a', 'c']);
  expect(store.traces().map(({ traceId }) => traceId)).toEqual(['t1', 't2']);
});

test('the same span twice counts once', () => {
  const store = createStore();

  const first = store.addSpans([span('t1', 'a')]);
  const second = store.addSpans([span('t1', 'a'), span('t1', 'b')]);

  expect(first).toEqual({ added: 1, duplicates: 0, rejected: 0 });
  expect(second).toEqual({ added: 1, duplicates: 1, rejected: 0 });
  expect(store.stats()).toMatchObject({ spans: 2, duplicateSpans: 1 });
});

test('a span without an id is rejected', () => {
  const store = createStore();

  const result = store.addSpans([span('', 'a'), span('t1', '')]);

  expect(result).toEqual({ added: 0, duplicates: 0, rejected: 2 });
  expect(store.stats()).toMatchObject({ traces: 0, rejectedSpans: 2 });
});

test('log records join their trace, also when they come before its spans', () => {
  const store = createStore();

  store.addLogs([log({ traceId: 't1', body: 'before' })]);
  store.addSpans([span('t1', 'a')]);
  store.addLogs([log({ traceId: 't1', body: 'after' }), log({ body: 'of no trace' })]);

  expect(store.trace('t1')?.logs.map(({ body }) => body)).toEqual(['before', 'after']);
  expect(store.stats().untracedLogs).toBe(1);
});

test('one span is found by its ids, and a trace that is here is known', () => {
  const store = createStore({ maxSpans: 2 });

  store.addSpans([span('t1', 'a'), span('t2', 'b'), span('t3', 'c')]);

  expect(store.span('t2', 'b')).toMatchObject({ traceId: 't2', spanId: 'b' });
  expect([store.span('t2', 'c'), store.span('t1', 'a')]).toEqual([undefined, undefined]);
  expect(['t1', 't2', 't3'].map(store.has)).toEqual([false, true, true]);
});

test('spans that came after those that were seen are told apart', () => {
  const store = createStore();

  store.addSpans([span('t1', 'a'), span('t2', 'b'), span('t1', 'c'), span('t1', 'd')]);

  const after = (traceId: string, seen: number) => store.spansAfter(traceId, seen).map(({ spanId }) => spanId);
  expect([after('t1', 0), after('t1', 1), after('t1', 3), after('t1', 9), after('t9', 0)]).toEqual([
    ['a', 'c', 'd'],
    ['c', 'd'],
    [],
    [],
    [],
  ]);
});

test('traces that grow are told by their ids, and once for what came together', () => {
  const store = createStore();
  const told: string[][] = [];
  store.subscribe({ tracesGrown: (traceIds) => void told.push([...traceIds]) });

  store.addSpans([span('t1', 'a'), span('t2', 'b'), span('t1', 'c')]);
  store.addSpans([span('t1', 'a')]);
  store.addLogs([log({ traceId: 't3' }), log({})]);

  expect(told).toEqual([['t1', 't2'], ['t3']]);
});

test('services that have something here are known by name, as long as they have', () => {
  const store = createStore({ maxSpans: 2 });
  const of = (name: string) => ({ resource: { attributes: { 'service.name': name } } });

  store.addSpans([
    { ...span('t1', 'a'), ...of('gone') },
    { ...span('t2', 'b'), ...of('api') },
    { ...span('t3', 'c'), ...of('mailer') },
  ]);
  store.addLogs([log({ traceId: 't3', ...of('audit') }), log({ traceId: 't3', body: 'read from an output' })]);

  expect(new Set(store.serviceNames(10))).toEqual(new Set(['api', 'mailer', 'audit']));
  expect(store.serviceNames(2)).toHaveLength(2);
  store.clear();
  expect(store.serviceNames(10)).toEqual([]);
});

test('a full store forgets the oldest trace, whole', () => {
  const store = createStore({ maxSpans: 3 });

  store.addSpans([span('t1', 'a'), span('t1', 'b'), span('t2', 'c'), span('t3', 'd')]);

  expect(store.traces().map(({ traceId }) => traceId)).toEqual(['t2', 't3']);
  expect(store.stats()).toMatchObject({ spans: 2, evictedTraces: 1, evictedSpans: 2 });
});

test('a noisy service does not push out the others', () => {
  const store = createStore({ maxSpans: 10 });

  store.addSpans([span('quiet', 'a', { service: 'quiet' })]);
  for (let i = 0; i < 100; i++) store.addSpans([span(`noisy ${i}`, 'b', { service: 'noisy' })]);
  store.addSpans([span('new', 'c', { service: 'new' })]);

  expect(spanIds(store, 'quiet')).toEqual(['a']);
  expect(spanIds(store, 'new')).toEqual(['c']);
  expect(spanIds(store, 'noisy 99')).toEqual(['b']);
});

test('a service that is new gets room, also where all others take a little less', () => {
  const store = createStore({ maxBytes: 10_000 });

  for (let i = 0; i < 100; i++) store.addSpans([span(`t${i}`, 'a', { service: 'x'.repeat(i + 1) })]);

  expect(store.stats()).toMatchObject({ rejectedSpans: 0 });
  expect(spanIds(store, 't99')).toEqual(['a']);
});

test('a trace that alone fills the store takes no further spans', () => {
  const store = createStore({ maxSpans: 3 });
  store.addSpans([span('t1', 'a'), span('t1', 'b'), span('t1', 'c')]);

  const result = store.addSpans([span('t1', 'd')]);

  expect(result.rejected).toBe(1);
  expect(spanIds(store, 't1')).toEqual(['a', 'b', 'c']);
});

test('bytes are bounded as well as spans, and a span beyond the bound is rejected', () => {
  const store = createStore({ maxBytes: 10_000 });

  for (let i = 0; i < 20; i++) store.addSpans([span(`t${i}`, 'a', { text: 'x'.repeat(1000) })]);
  const tooBig = store.addSpans([span('big', 'a', { text: 'x'.repeat(10_000) })]);

  expect(store.stats().bytes).toBeLessThanOrEqual(10_000);
  expect(store.stats().spans).toBeGreaterThan(2);
  expect(tooBig.rejected).toBe(1);
});

test('log records count towards the bytes', () => {
  const store = createStore({ maxBytes: 10_000 });

  for (let i = 0; i < 20; i++) store.addLogs([log({ traceId: `t${i}`, body: 'x'.repeat(1000) })]);

  expect(store.stats().bytes).toBeLessThanOrEqual(10_000);
  expect(store.trace('t19')?.logs).toHaveLength(1);
});

const BIG = 'x'.repeat(100_000);
const BIG_TEXT = { attributes: { text: BIG } };
const LINK = { traceId: 't', spanId: 's', traceState: BIG, attributes: {}, droppedAttributesCount: 0 };
const EVENT = { timeUnixNano: 0n, name: BIG, attributes: {}, droppedAttributesCount: 0 };

test.each<[string, () => Partial<SpanRecord>]>([
  ['resource', () => ({ resource: { attributes: { 'service.name': 'orders', text: BIG } } })],
  ['resource with a long key', () => ({ resource: { attributes: { [BIG]: '' } } })],
  ['scope', () => ({ scope: { name: BIG, version: '' } })],
  ['version of a scope', () => ({ scope: { name: '', version: BIG } })],
  ['name', () => ({ name: BIG })],
  ['status message', () => ({ status: { code: 0, message: BIG } })],
  ['trace state', () => ({ traceState: BIG })],
  ['trace state of a link', () => ({ links: [LINK] })],
  ['name of an event', () => ({ events: [EVENT] })],
  ['key of an attribute', () => ({ attributes: { [BIG]: 1 } })],
  ['text of two-byte characters', () => ({ attributes: { text: '漢'.repeat(50_000) } })],
  ['list of empty objects', () => ({ attributes: { list: Array.from({ length: 2000 }, () => ({})) } })],
  ['list of empty texts', () => ({ attributes: { list: Array.from({ length: 6000 }, () => '') } })],
  ['list of empty lists', () => ({ attributes: { list: Array.from({ length: 3000 }, () => []) } })],
  ['list of empty bytes', () => ({ attributes: { list: Array.from({ length: 500 }, () => new Uint8Array()) } })],
  ['list of numbers', () => ({ attributes: { list: Array.from({ length: 6000 }, () => 0.5) } })],
])('the %s of a span counts towards the bytes', (_what, fields) => {
  const store = createStore({ maxBytes: 1_000_000 });

  for (let i = 0; i < 30; i++) store.addSpans([span(`t${i}`, 'a', fields())]);

  expect(store.stats().bytes).toBeLessThanOrEqual(1_000_000);
  expect(store.stats().traces).toBeLessThanOrEqual(11);
  expect(store.trace('t29')).toBeDefined();
});

test.each<[string, () => Partial<LogRecord>]>([
  ['resource', () => ({ resource: BIG_TEXT })],
  ['scope', () => ({ scope: { name: BIG, version: '' } })],
  ['severity', () => ({ severityText: BIG })],
  ['event name', () => ({ eventName: BIG })],
])('the %s of a log record counts towards the bytes', (_what, fields) => {
  const store = createStore({ maxBytes: 1_000_000 });

  for (let i = 0; i < 30; i++) store.addLogs([log({ traceId: `t${i}`, ...structuredClone(fields()) })]);

  expect(store.stats().traces).toBeLessThanOrEqual(10);
});

test('traces with nothing in them count towards the bytes', () => {
  const store = createStore({ maxBytes: 1_000_000 });

  for (let i = 0; i < 3000; i++) store.addLogs([log({ traceId: `t${i}` })]);

  expect(store.stats().traces).toBeLessThan(1200);
});

test('what the spans of a batch share counts once, as long as one of their traces is kept', () => {
  const store = createStore({ maxBytes: 500_000, maxSpans: 4 });
  const resource = { attributes: { 'service.name': 'orders', text: BIG } };

  for (let i = 0; i < 4; i++) store.addSpans([span(`t${i}`, 'a', { resource })]);
  const shared = store.stats().bytes;
  for (let i = 4; i < 7; i++) store.addSpans([span(`t${i}`, 'a', { resource })]); // the one that paid is forgotten
  const handedOn = store.stats().bytes;
  for (let i = 7; i < 11; i++) store.addSpans([span(`t${i}`, 'a')]);
  const left = store.stats().bytes;

  expect(shared).toBeGreaterThan(100_000);
  expect(shared).toBeLessThan(110_000);
  expect(handedOn).toBe(shared);
  expect(left).toBeLessThan(10_000);
});

test('a span whose resource leaves with the trace that makes room for it pays for the resource again', () => {
  const store = createStore({ maxBytes: 150_000 });
  const resource = { attributes: { 'service.name': 'orders', text: BIG } };
  store.addSpans([span('t1', 'a', { resource })]);

  const result = store.addSpans([span('t2', 'a', { resource, text: 'x'.repeat(60_000) })]);

  expect(result).toMatchObject({ rejected: 1 }); // both together are beyond the limit
  expect(store.stats().bytes).toBeLessThanOrEqual(150_000);
});

test('whatever comes, the bounds hold and the counts agree with what is kept', () => {
  const records = fc.array(
    fc.record({
      trace: fc.constantFrom('t1', 't2', 't3', 't4', 't5'),
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      service: fc.constantFrom('x', 'y', 'z'),
      text: fc.string({ maxLength: 400 }),
      isLog: fc.boolean(),
      batch: fc.constantFrom(0, 1, 2),
    }),
    { maxLength: 200 },
  );

  fc.assert(
    fc.property(records, fc.integer({ min: 1, max: 8 }), (sequence, maxSpans) => {
      const store = createStore({ maxSpans, maxBytes: 4000 });
      const batches = Array.from({ length: 3 }, (_, i) => ({ attributes: { text: 'x'.repeat(i * 300) } }));
      for (const { trace, id, service, text, isLog, batch } of sequence) {
        const shared = batch > 0 ? { resource: batches[batch]! } : {};
        if (isLog) store.addLogs([log({ traceId: trace, body: text, ...shared })]);
        else store.addSpans([span(trace, id, { service, text, ...shared })]);
        expect(store.stats().bytes).toBeLessThanOrEqual(4000);
      }

      const { spans, bytes } = store.stats();
      expect(spans).toBeLessThanOrEqual(maxSpans);
      expect(bytes).toBeLessThanOrEqual(4000);
      expect(spans).toBe(store.traces().reduce((sum, trace) => sum + trace.spans.length, 0));
      store.clear();
      expect(store.stats()).toMatchObject({ traces: 0, spans: 0, bytes: 0 });
    }),
  );
});

test('whatever comes in protobuf, the bounds hold and the counts agree with what is kept', () => {
  fc.assert(
    fc.property(fc.array(traceRequests, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (requests, maxSpans) => {
      const store = createStore({ maxSpans, maxBytes: 12_000 });
      for (const request of requests) {
        store.addSpans(decodeTracesLazily(encode('ExportTraceServiceRequest', request)) ?? []);
        expect(store.stats().bytes).toBeLessThanOrEqual(12_000);
      }

      const { spans, traces } = store.stats();
      expect(spans).toBeLessThanOrEqual(maxSpans);
      expect(store.traces()).toHaveLength(traces);
      expect(spans).toBe(store.traces().reduce((sum, trace) => sum + trace.spans.length, 0));
      store.clear();
      expect(store.stats()).toMatchObject({ traces: 0, spans: 0, bytes: 0 });
    }),
  );
});

test('a trace keeps the spans it had when it was got, also when the store forgets it before anyone looks', () => {
  const store = createStore({ maxSpans: 2 });
  store.addSpans(received('t1', ['a']));
  const first = store.trace(hexOf('t1'))!;
  store.addSpans(received('t1', ['b']));
  const second = store.traces()[0]!;
  store.addSpans(received('t2', ['c', 'd']));
  const third = store.trace(hexOf('t2'))!;
  store.clear();

  expect([first, second, third].map(({ spans }) => spans.map(({ name }) => name))).toEqual([
    ['a'],
    ['a', 'b'],
    ['c', 'd'],
  ]);
  expect(store.trace(hexOf('t2'))).toBeUndefined();
});

test('a big trace keeps the spans it had when it was got as well', () => {
  const store = createStore({ maxSpans: 200 });
  const names = Array.from({ length: 150 }, (_, i) => `span ${i}`);
  store.addSpans(received('t1', names.slice(0, 100)));
  const [first, same] = [store.trace(hexOf('t1'))!, store.trace(hexOf('t1'))];
  store.addSpans(received('t1', names.slice(100)));
  const second = store.trace(hexOf('t1'))!;
  store.addSpans(received('t2', names.slice(0, 100)));

  expect(same).toBe(first);
  expect(store.trace(hexOf('t1'))).toBeUndefined();
  expect(first.spans.map(({ name }) => name)).toEqual(names.slice(0, 100));
  expect(second.spans.map(({ name }) => name)).toEqual(names);
});

test('one span is found by its ids, and a trace that is here is known', () => {
  const store = createStore();
  store.addSpans([...received('t1', ['a', 'b']), span('t2', 'x', { name: 'c' })]);

  expect(store.span(hexOf('t1'), hexOf('b').slice(16))).toMatchObject({ name: 'b', attributes: { text: 'b' } });
  expect(store.span('t2', 'x')).toMatchObject({ name: 'c' });
  expect(store.span('t2', 'b')).toBeUndefined();
  expect(store.span('t3', 'x')).toBeUndefined();
  expect([hexOf('t1'), 't2', 't3'].map(store.has)).toEqual([true, true, false]);
});

test('the spans that a listener hears of can be kept, and do not keep the request that they came in', () => {
  const store = createStore({ maxSpans: 1 });
  const heard: SpanRecord[] = [];
  store.subscribe({ spansAdded: (spans) => void heard.push(...spans) });
  const request = Buffer.from(encodedSpans('t1', ['a']));

  store.addSpans(decodeTracesLazily(request) ?? []);
  request.fill(0);
  store.addSpans(received('t2', ['b']));

  expect(heard.map(({ attributes }) => attributes)).toEqual([{ text: 'a' }, { text: 'b' }]);
});

test('of a hundred thousand services, each loses its trace in the order they came', () => {
  const store = createStore({ maxSpans: 100_000, maxBytes: 2 ** 30 });
  const addFrom = (from: number, to: number) => {
    for (let i = from; i < to; i++) store.addSpans([span(`t${i}`, 'a', { service: `service ${i}` })]);
  };
  addFrom(0, 100_000);

  addFrom(100_000, 120_000);

  expect(store.stats()).toMatchObject({ spans: 100_000, evictedTraces: 20_000 });
  expect(store.trace('t19999')).toBeUndefined();
  expect(store.trace('t20000')).toBeDefined();
});

test('the late spans of a trace that has many already are told alone', () => {
  const { store, clock, told } = observedStore();
  store.addSpans(
    received(
      't1',
      Array.from({ length: 1000 }, (_, i) => `span ${i}`),
    ),
  );
  clock.advance(400);
  told.length = 0;

  for (let i = 0; i < 3; i++) {
    store.addSpans(received('t1', [`late ${i}`]));
    clock.advance(400);
  }

  const idOf = (name: string) => hexOf(name).slice(16);
  expect(told).toEqual(['late 0', 'late 1', 'late 2'].map((name) => `late ${hexOf('t1')}: ${idOf(name)}`));
});

test('a trace is complete 400 ms after the last span, when its root has come', () => {
  const { store, clock, told } = observedStore();

  store.addSpans([span('t1', 'child', { parentSpanId: 'root' })]);
  clock.advance(1000);
  expect(told).toEqual([]);
  store.addSpans([span('t1', 'root')]);
  clock.advance(399);
  expect(told).toEqual([]);
  clock.advance(1);

  expect(told).toEqual(['complete t1: child root']);
});

test('every span starts the quiet time anew', () => {
  const { store, clock, told } = observedStore();

  store.addSpans([span('t1', 'root')]);
  store.addSpans([span('t2', 'root')]);
  clock.advance(300);
  store.addSpans([span('t1', 'child', { parentSpanId: 'root' })]);
  clock.advance(100);
  expect(told).toEqual(['complete t2: root']);
  clock.advance(300);

  expect(told).toEqual(['complete t2: root', 'complete t1: root child']);
});

test.each([
  ['a parent that the sender says is remote', { flags: 0x301, kind: SPAN_KIND.internal }],
  ['a parent that may be remote, in a server span', { kind: SPAN_KIND.server }],
  ['a parent that may be remote, in a consumer span', { kind: SPAN_KIND.consumer }],
])('a span with %s completes a trace', (_what, fields) => {
  const { store, clock, told } = observedStore();

  store.addSpans([span('t1', 'a', { parentSpanId: 'elsewhere', ...fields })]);
  clock.advance(400);

  expect(told).toEqual(['complete t1: a']);
});

test('a span whose parent is local and still runs does not complete a trace', () => {
  const { store, clock, told } = observedStore();

  store.addSpans([span('t1', 'a', { parentSpanId: 'b', flags: 0x101, kind: SPAN_KIND.server })]);
  clock.advance(60_000);

  expect(told).toEqual([]);
});

test('spans that come after the trace was complete are told as late', () => {
  const { store, clock, told } = observedStore();
  store.addSpans([span('t1', 'root')]);
  clock.advance(400);

  store.addSpans([span('t1', 'send', { parentSpanId: 'root' })]);
  store.addSpans([span('t1', 'process', { parentSpanId: 'send' })]);
  clock.advance(400);

  expect(told).toEqual(['complete t1: root', 'late t1: send process']);
});

test('a trace that is told is told by its id as well, and first', () => {
  const { store, clock, told } = observedStore();
  store.subscribe({ traceSettled: (traceId) => void told.push(`settled ${traceId}`) });

  store.addSpans([span('t1', 'root')]);
  clock.advance(400);
  store.addSpans([span('t1', 'child', { parentSpanId: 'root' })]);
  clock.advance(400);
  store.settle();

  expect(told.filter((each) => each.startsWith('settled'))).toEqual(['settled t1', 'settled t1']);
  expect(told.indexOf('settled t1')).toBeLessThan(told.indexOf('complete t1: root'));
});

test('settle tells what waits, also a trace without its root, and tells nothing twice', () => {
  const { store, clock, told } = observedStore();
  store.addSpans([span('t1', 'root'), span('t2', 'child', { parentSpanId: 'root', flags: 0x101 })]);

  store.settle();
  store.settle();
  clock.advance(10_000);

  expect(told).toEqual(['complete t1: root', 'complete t2: child']);
});

test('a trace that was evicted is not told', () => {
  const { store, clock, told } = observedStore({ maxSpans: 1 });

  store.addSpans([span('t1', 'root'), span('t2', 'root')]);
  clock.advance(400);

  expect(told).toEqual(['complete t2: root']);
});

test('spans with a link into a trace are known as long as they are kept, whatever came first', () => {
  const store = createStore({ maxSpans: 3 });
  const linked = { traceId: 't2', spanId: 'b', attributes: {}, droppedAttributesCount: 0 };

  store.addSpans([{ ...span('t1', 'a'), links: [linked, { ...linked, spanId: 'c' }, { ...linked, traceId: 't1' }] }]);

  expect(store.linksInto('t2')).toEqual([
    { traceId: 't1', spanId: 'a', linkedSpanId: 'b' },
    { traceId: 't1', spanId: 'a', linkedSpanId: 'c' },
  ]);
  expect(store.linksInto('t1')).toEqual([]);

  store.addSpans([span('t2', 'b'), span('t2', 'c'), span('t3', 'd')]);

  expect(store.linksInto('t2')).toEqual([]);
});

test('listeners hear of log lines, of traces that had to go, and of a store that was cleared', () => {
  const store = createStore({ maxSpans: 1 });
  const heard: string[] = [];
  store.subscribe({
    logsAdded: (logs) => void heard.push(`logs ${JSON.stringify(logs.map(({ body }) => body))}`),
    traceEvicted: (traceId) => void heard.push(`evicted ${traceId}`),
    cleared: () => void heard.push('cleared'),
  });

  store.addLogs([log({ body: 'of no trace' })]);
  store.addLogs([log({ traceId: 't1', body: 'hello' }), log({ body: 'of no trace' })]);
  store.addSpans([span('t1', 'a'), span('t2', 'b')]);
  store.clear();

  expect(heard).toEqual(['logs ["hello"]', 'evicted t1', 'cleared']);
});

test('a subscription that has ended hears nothing', () => {
  const store = createStore();
  const heard: string[] = [];

  const unsubscribe = store.subscribe({ spansAdded: (spans) => heard.push(...spans.map(({ spanId }) => spanId)) });
  store.addSpans([span('t1', 'a')]);
  unsubscribe();
  store.addSpans([span('t1', 'b')]);

  expect(heard).toEqual(['a']);
});

/** Spans as they come in protobuf; their ids are made of their names. */
function received(trace: string, names: readonly string[]): SpanRecord[] {
  return decodeTracesLazily(encodedSpans(trace, names)) ?? [];
}

function encodedSpans(trace: string, names: readonly string[]): Uint8Array {
  const spans = names.map((name) => ({
    traceId: hexOf(trace),
    spanId: hexOf(name).slice(16),
    name,
    attributes: [{ key: 'text', value: { stringValue: name } }],
  }));
  return encode('ExportTraceServiceRequest', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

const hexOf = (name: string) => Buffer.from(name).toString('hex').padStart(32, '0');

interface SpanFields extends Partial<SpanRecord> {
  readonly service?: string;
  readonly text?: string;
}

function span(traceId: string, spanId: string, { service = 'orders', text, ...fields }: SpanFields = {}): SpanRecord {
  const attributes = Object.assign(createAttributes(), text !== undefined && { text });
  const resource = { attributes: { 'service.name': service } };
  return { ...emptySpan(), traceId, spanId, attributes, resource, ...fields };
}

function log(fields: Partial<LogRecord>): LogRecord {
  return { ...emptyLog(), ...fields };
}

function spanIds(store: Store, traceId: string): string[] | undefined {
  return store.trace(traceId)?.spans.map(({ spanId }) => spanId);
}

function observedStore(options: { maxSpans?: number } = {}) {
  const clock = fakeClock();
  const store = createStore({ ...options, clock });
  const told: string[] = [];
  const ids = (spans: readonly SpanRecord[]) => spans.map(({ spanId }) => spanId).join(' ');
  store.subscribe({
    traceComplete: ({ traceId, spans }) => told.push(`complete ${traceId}: ${ids(spans)}`),
    lateSpans: ({ traceId }, late) => told.push(`late ${traceId}: ${ids(late)}`),
  });
  return { store, clock, told };
}

function fakeClock(): Clock & { advance(millis: number): void } {
  let now = 0;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    later(callback, delayMillis) {
      const timer = { at: now + delayMillis, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(millis) {
      now += millis;
      for (const timer of timers) {
        if (timer.at > now) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
  };
}
