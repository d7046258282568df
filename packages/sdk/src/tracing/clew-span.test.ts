import { inspect } from 'node:util';

import { ROOT_CONTEXT, trace, type Context, type Span, type TracerProvider } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  SamplingDecision,
  TracerProvider as UpstreamProvider,
  type ReadableSpan,
  type Sampler,
  type SpanLimits,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { reportOnce } from '@clew/diagnostics';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { DEFAULT_LIMITS } from '../../test/guarded-providers.ts';
import { guardedTracerProvider } from '../guarded/guarded-tracer-provider.ts';
import { spanObserver } from '../otel/span-observer.ts';
import { createProtobufWriter } from '../outbox/encoding/protobuf-writer.ts';
import { encodeSpan } from '../outbox/encoding/span-encoder.ts';
import { createTracerProvider } from './clew-tracer-provider.ts';

vi.mock(import('@clew/diagnostics'), async (original) => ({
  ...(await original()),
  reportOnce: vi.fn<typeof reportOnce>(),
}));

const said = () => vi.mocked(reportOnce).mock.calls.map(([, message]) => message);

beforeEach(() => void vi.mocked(reportOnce).mockClear());
afterEach(() => void vi.restoreAllMocks());

/** One call of a tracer or span, with the arguments that it is given. */
type Step = readonly [method: string, ...args: unknown[]];

interface Run {
  readonly start: readonly [name: unknown, options?: unknown];
  readonly steps: readonly Step[];
  readonly parent: Context;
  readonly limits: Partial<SpanLimits>;
  readonly sampler: Sampler;
}

const resource = emptyResource();

/** Ids that are the same for both. */
function countedIds() {
  let count = 0;
  const next = (length: number) => String((count += 1)).padStart(length, '0');
  return { generateTraceId: () => next(32), generateSpanId: () => next(16) };
}

const providers: Record<string, (run: Run, processor: SpanProcessor) => TracerProvider> = {
  upstream({ limits, sampler }, processor) {
    const options = { resource, sampler, spanLimits: limits, spanProcessors: [processor], idGenerator: countedIds() };
    return guardedTracerProvider(new UpstreamProvider(options));
  },
  clew({ limits, sampler }, processor) {
    return createTracerProvider({
      resource,
      sampler,
      readsOfRoots: sampler === ALWAYS ? () => 'nothing' : undefined,
      spanLimits: { ...DEFAULT_LIMITS, ...limits },
      spanProcessors: [processor],
      idGenerator: countedIds(),
    });
  },
};

const ALWAYS: Sampler = {
  shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED }),
  toString: () => 'always',
};

/** All that can be read of a span, whose clock is set before each call. */
function resultOf(provider: (run: Run, processor: SpanProcessor) => TracerProvider, run: Run) {
  let millis = 1_700_000_000_123;
  let tick = 5000.25;
  const date = vi.spyOn(Date, 'now').mockImplementation(() => millis);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => tick);
  const seen: unknown[] = [];
  const processor = spanObserver({
    onStart: (span) => void seen.push(['start', withoutCounts(fieldsOf(span))]),
    onEnding: (span) => void seen.push(['ending', fieldsOf(span)]),
    onEnd: (span) => void seen.push(['end', fieldsOf(span), encoded(span)]),
  });
  const tracer = provider(run, processor).getTracer('app', '1.0.0');
  const span = tracer.startSpan(run.start[0] as string, run.start[1] as never, run.parent);
  for (const [method, ...args] of run.steps) {
    millis += 7;
    tick += 6.012_345_678;
    (span as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
  }
  const result = [...seen, span.isRecording(), span.spanContext(), span.isRecording() && fieldsOf(span as never)];
  date.mockRestore();
  clock.mockRestore();
  return result;
}

function fieldsOf(span: ReadableSpan) {
  const { name, kind, parentSpanContext, startTime, endTime, status, attributes, links, events, duration } = span;
  const { ended, instrumentationScope, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  return structuredCopy({
    name,
    kind,
    parentSpanContext,
    startTime,
    endTime,
    status,
    attributes,
    links,
    events,
    duration,
    ended,
    instrumentationScope,
    droppedAttributesCount,
    droppedEventsCount,
    droppedLinksCount,
    order: Object.keys(attributes),
    isRecording: (span as unknown as Span).isRecording(),
    context: span.spanContext(),
  });
}

/** The guards before OpenTelemetry's span add what they leave out when a processor has seen it start. */
function withoutCounts({ links, ...fields }: ReturnType<typeof fieldsOf>) {
  const counts = { droppedAttributesCount: 0, droppedLinksCount: 0 };
  return { ...fields, ...counts, links: links.map((link) => ({ ...link, ...counts })) };
}

/** A copy, as spans go on changing. */
function structuredCopy<T>(value: T): T {
  if (Array.isArray(value)) return value.map((each: unknown) => structuredCopy(each)) as T;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || 'serialize' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, structuredCopy(each)])) as T;
}

function encoded(span: ReadableSpan): string {
  const writer = createProtobufWriter(2 ** 24);
  encodeSpan(span, writer);
  return writer.buffer.toString('base64', 0, writer.position);
}

const CONTEXT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const PARENTS = [
  ROOT_CONTEXT,
  trace.setSpanContext(ROOT_CONTEXT, CONTEXT),
  trace.setSpanContext(ROOT_CONTEXT, { ...CONTEXT, isRemote: true }),
  trace.setSpanContext(ROOT_CONTEXT, { ...CONTEXT, traceFlags: 0 }),
  trace.setSpanContext(ROOT_CONTEXT, { ...CONTEXT, traceId: 'none' }),
];

const key = fc.constantFrom('a', 'b', 'c', 'd', 'http.route', 'toString', '', '__proto__', 'constructor');
const plain = fc.oneof(fc.string({ maxLength: 12 }), fc.integer(), fc.double(), fc.boolean());
const list = fc.oneof(fc.array(fc.string(), { maxLength: 3 }), fc.array(fc.oneof(fc.integer(), fc.constant(null))));
const value = fc.oneof(
  { weight: 5, arbitrary: plain },
  list,
  fc.constantFrom(null, undefined, new Date(0), 7n, Symbol('odd')),
  fc.uint8Array({ maxLength: 9 }),
  fc.dictionary(key, plain),
  fc.array(plain),
);
const attributes = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(key, value, { maxKeys: 6 }) },
  fc.constantFrom(undefined, null, [1, 2], 'text', new Uint8Array(2)),
);
const time = fc.oneof(
  fc.constantFrom(undefined, null, NaN, 'now', -1, [1, 2, 3]),
  fc.double({ min: 0, max: 6000, noNaN: true }), // since the start of the process
  fc.double({ min: 1_699_999_999_000, max: 1_700_000_001_000, noNaN: true }),
  fc.tuple(fc.constantFrom(1_699_999_999, 1_700_000_000, 1_700_000_001), fc.nat(999_999_999)),
  fc.integer({ min: 1_699_999_999_000, max: 1_700_000_001_000 }).map((millis) => new Date(millis)),
);
const link = fc.oneof(
  { weight: 4, arbitrary: fc.record({ context: fc.constant(CONTEXT), attributes }, { requiredKeys: ['context'] }) },
  fc.constantFrom(undefined, null, {}, { context: { ...CONTEXT, spanId: '' } }),
);
const links = fc.oneof({ weight: 4, arbitrary: fc.array(link, { maxLength: 4 }) }, fc.constantFrom(undefined, null, 7));
const status = fc.oneof(
  { weight: 4, arbitrary: fc.record({ code: fc.nat(3), message: fc.constantFrom('m', '', undefined, null, 7) }) },
  fc.constantFrom(undefined, null, {}),
);
const exception = fc.oneof(
  fc.constantFrom(undefined, null, '', 'failed', 7, {}, { code: 0 }, { code: 'E' }, { code: 5, message: 'm' }),
  fc.record({ name: fc.string(), message: fc.string(), stack: fc.string() }, { requiredKeys: [] }),
  fc.string().map((message) => Object.assign(new TypeError(message), { stack: 'at work' })),
);
const name = fc.oneof({ weight: 4, arbitrary: fc.string() }, fc.constantFrom(undefined, 7, 'long'.repeat(300)));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('setAttribute'), key, value),
  fc.tuple(fc.constant('setAttributes'), attributes),
  fc.tuple(fc.constant('addEvent'), name, fc.oneof(attributes, time), time),
  fc.tuple(fc.constant('addEvent'), name),
  fc.tuple(fc.constant('addLink'), link),
  fc.tuple(fc.constant('addLinks'), links),
  fc.tuple(fc.constant('setStatus'), status),
  fc.tuple(fc.constant('updateName'), name),
  fc.tuple(fc.constant('recordException'), exception, time),
  fc.tuple(fc.constant('end'), time),
);
const options = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      { root: fc.boolean(), kind: fc.nat(6), attributes, links, startTime: time },
      { requiredKeys: [] },
    ),
  },
  fc.constantFrom(undefined, null, 7),
);
const limit = fc.nat(3);
const limits = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      attributeCountLimit: limit,
      attributeValueLengthLimit: fc.integer({ min: 1, max: 5 }),
      eventCountLimit: limit,
      linkCountLimit: limit,
      attributePerEventCountLimit: limit,
      attributePerLinkCountLimit: limit,
    },
    { requiredKeys: [] },
  ),
);
const sampler: fc.Arbitrary<Sampler> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(ALWAYS) },
  fc
    .record({ decision: fc.nat(2), attributes: fc.dictionary(fc.constantFrom('a', 'sampler'), plain) })
    .map((result) => ({ shouldSample: () => result, toString: () => 'drawn' })),
);
const runs: fc.Arbitrary<Run> = fc.record({
  start: fc.tuple(name, options),
  steps: fc.array(step, { maxLength: 12 }).chain((steps) => fc.constant([...steps, ['end'] as const])),
  parent: fc.constantFrom(...PARENTS),
  limits,
  sampler,
});

test('whatever it is called with, a span is read and exported as the guarded one of OpenTelemetry', () => {
  fc.assert(
    fc.property(runs, (run) => {
      expect(resultOf(providers['clew']!, run)).toEqual(resultOf(providers['upstream']!, run));
    }),
    { numRuns: 500 },
  );
});

/** A span of each, by the name of its provider. */
function startedBy(name: string, given?: object): Span {
  const run = { start: ['work', given], steps: [], parent: ROOT_CONTEXT, limits: {}, sampler: ALWAYS } as const;
  return providers[name]!(run, spanObserver({})).getTracer('app').startSpan('work', given);
}

test("a copy of the fields of a span has those that a copy of OpenTelemetry's has", () => {
  const publicKeys = (span: Span) => Object.keys(span).filter((key) => !key.startsWith('_') && !(key in METHODS));

  expect(publicKeys(startedBy('clew')).toSorted()).toEqual(publicKeys(startedBy('upstream')).toSorted());
});

/** The guards of OpenTelemetry's span are properties of its own. */
const METHODS = Object.fromEntries(
  'setAttribute setAttributes addEvent addLink addLinks setStatus updateName recordException end'
    .split(' ')
    .map((method) => [method, true]),
);

test('an object that inherits from a span, and its methods, are the span', () => {
  const span = startedBy('clew');
  const heir = Object.create(span) as typeof span;

  heir.setAttribute('a', 1).updateName('renamed').setStatus({ code: 2 }).addEvent('seen').end();
  span.end();

  expect(span).toMatchObject({ name: 'renamed', attributes: { a: 1 }, status: { code: 2 }, ended: true });
  expect(heir.isRecording()).toBe(false);
  expect(said()).toEqual(['end() called on span "renamed" after its end; ignored']);
});

test('console.log() of a span shows what it says, as far as it may be seen', () => {
  const span = startedBy('clew', { attributes: { 'order.id': 7 }, links: [{ context: CONTEXT }] });

  const text = inspect(span);
  const shallow = inspect({ span }, { depth: 1 });

  expect(text).toMatch(/^ClewSpan \{/);
  expect(text).toContain("'order.id': 7");
  expect(text).toContain(span.spanContext().spanId);
  expect(text).not.toContain('_origin');
  expect(shallow).toContain('attributes: [Object]');
});

test('the attributes that a span is started with are read once, and are not those of the application', () => {
  let reads = 0;
  const given = {
    get a() {
      reads += 1;
      return reads;
    },
  };

  const span = startedBy('clew', { attributes: given }) as unknown as ReadableSpan;

  expect(reads).toBe(1);
  expect(span.attributes).toEqual({ a: 1 });
});

test('an option that cannot be read costs that option', () => {
  const options = {
    attributes: { kept: 1 },
    get links(): never {
      throw new Error('refused');
    },
  };

  const span = startedBy('clew', options) as unknown as ReadableSpan;

  expect(span).toMatchObject({ attributes: { kept: 1 }, links: [] });
  expect(said()).toEqual([]);
});

test('a processor that ends the span which ends changes nothing', () => {
  const ended: unknown[] = [];
  const processor = spanObserver({
    onEnding: (span) => span.end(),
    onEnd: (span) => void ended.push(span),
  });
  const run = { start: ['work'], steps: [], parent: ROOT_CONTEXT, limits: {}, sampler: ALWAYS } as const;
  const span = providers['clew']!(run, processor).getTracer('app').startSpan('work');

  span.end();

  expect(ended).toEqual([span]);
});
