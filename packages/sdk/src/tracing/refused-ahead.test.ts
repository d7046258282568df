import {
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';
import { LAZILY, type LazyTracer } from '@clew/spans/internal';
import { suppressTracing } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import { TracerProvider, type Sampler } from '@opentelemetry/sdk-trace';
import { expect, test, vi } from 'vitest';

import type { ResolvedOptions, SamplerName } from '../options/options.ts';
import { randomIds } from '../otel/random-ids.ts';
import { createSampler, isAllOthersKept, readsOfRoots, refusedBy } from '../pipelines/sampler.ts';
import { guardedTracerProvider } from '../guarded/guarded-tracer-provider.ts';
import { createTracerProvider } from './clew-tracer-provider.ts';
import type { SpanDecisions } from './clew-tracer.ts';

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

const SAMPLERS: readonly SamplerName[] = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];

const PARENTS: Readonly<Record<string, SpanContext | undefined>> = {
  none: undefined,
  sampled: { ...PARENT, traceFlags: TraceFlags.SAMPLED },
  'not sampled': { ...PARENT, traceFlags: TraceFlags.NONE },
  'remote and not sampled': { ...PARENT, traceFlags: TraceFlags.NONE, isRemote: true },
  'not sampled, with a threshold': {
    ...PARENT,
    traceFlags: TraceFlags.NONE,
    traceState: createTraceState('ot=th:8;rv:ffffffffffffff,a=1'),
  },
  'sampled, with a threshold': {
    ...PARENT,
    traceFlags: TraceFlags.SAMPLED,
    traceState: createTraceState('ot=th:8;rv:ffffffffffffff,a=1'),
  },
  'of flags in a text': { ...PARENT, traceFlags: '1' as never },
  'invalid, with randomness': {
    ...PARENT,
    traceId: 'none',
    traceFlags: TraceFlags.SAMPLED,
    traceState: createTraceState('ot=rv:ffffffffffffff,a=1'),
  },
  'invalid and sampled': { ...PARENT, traceId: 'none', traceFlags: TraceFlags.SAMPLED },
  'invalid and not sampled': { ...PARENT, traceId: 'none', traceFlags: TraceFlags.NONE },
};

function tracersFor(samplerName: SamplerName) {
  const options = { samplerName, samplingRatio: 0 } as ResolvedOptions;
  const sampler = createSampler(options);
  const provider = new TracerProvider({ sampler });
  const refuses = refusedBy(options);
  return {
    plain: guardedTracerProvider(provider).getTracer('app'),
    asked: guardedTracerProvider(provider, refuses).getTracer('app'),
    own: createTracerProvider({
      sampler,
      idGenerator: randomIds(),
      refuses,
      readsOfRoots: readsOfRoots(options),
      keepsOthers: isAllOthersKept(options),
      resource: emptyResource(),
      spanLimits: LIMITS,
      spanProcessors: [],
    }).getTracer('app'),
  };
}

function tracerOf(decisions: Pick<SpanDecisions, 'sampler' | 'readsOfRoots'>): Required<LazyTracer> {
  const options = { idGenerator: randomIds(), resource: emptyResource(), spanLimits: LIMITS };
  return createTracerProvider({ ...options, ...decisions, spanProcessors: [] }).getTracer(
    'app',
  ) as Required<LazyTracer>;
}

const LIMITS = {
  attributeValueLengthLimit: Infinity,
  attributeCountLimit: 128,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
};

function contextOf(parent: SpanContext | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

const CASES = SAMPLERS.flatMap((name) => Object.entries(PARENTS).map(([of, parent]) => ({ name, of, parent })));

test.each(CASES)('$name decides the same ahead of a span whose parent is $of', ({ name, parent }) => {
  const { plain, asked, own } = tracersFor(name);
  const seen = (span: { isRecording(): boolean; spanContext(): SpanContext }) => {
    const { traceId, traceFlags, traceState } = span.spanContext();
    const continues = traceId === parent?.traceId;
    return { records: span.isRecording(), traceFlags, continues, traceState: traceState?.serialize() };
  };

  const inParent = contextOf(parent);
  const below = [plain, asked, own].map((tracer) => seen(tracer.startSpan('work', {}, inParent)));
  const asRoot = [plain, asked, own].map((tracer) => seen(tracer.startSpan('work', { root: true }, inParent)));

  expect(below).toEqual([below[0], below[0], below[0]]);
  expect(asRoot).toEqual([asRoot[0], asRoot[0], asRoot[0]]);
});

test.each(SAMPLERS)('%s decides the same where it is asked before the description of a span', (name) => {
  const { own } = tracersFor(name);
  const described: string[] = [];

  for (const [of, parent] of Object.entries(PARENTS)) {
    const expected = own.startSpan('work', {}, contextOf(parent));
    const describe = () => {
      described.push(of);
      return { attributes: { a: 1 } };
    };
    const span = (own as Required<LazyTracer>)[LAZILY]('work', SpanKind.SERVER, contextOf(parent), describe);

    expect([span.isRecording(), span.spanContext().traceFlags]).toEqual([
      expected.isRecording(),
      expected.spanContext().traceFlags,
    ]);
    expect(described.includes(of)).toBe(span.isRecording());
    expect(span).toMatchObject(span.isRecording() ? { kind: SpanKind.SERVER, attributes: { a: 1 } } : {});
  }
});

test('spans below one that is refused share its ids; to an application each is an object of its own', () => {
  const { own } = tracersFor('traceidratio');
  const root = own.startSpan('root', {}, ROOT_CONTEXT);
  const inRoot = trace.setSpan(ROOT_CONTEXT, root);

  const lazy = (own as Required<LazyTracer>)[LAZILY]('step', SpanKind.INTERNAL, inRoot, () => ({}));
  const child = own.startSpan('child', { attributes: { a: 1 } }, inRoot);
  const other = own.startSpan('other', { root: true }, inRoot);

  expect(lazy).toBe(root);
  expect(child).not.toBe(root);
  expect(child.spanContext()).toBe(root.spanContext());
  expect(other.spanContext().traceId).not.toBe(root.spanContext().traceId);
});

test.each([SpanKind.CLIENT, SpanKind.PRODUCER])(
  'what is sent below a span that is refused has an id of its own (kind %i)',
  (kind) => {
    const { own } = tracersFor('traceidratio');
    const root = own.startSpan('root', {}, ROOT_CONTEXT);
    const inRoot = trace.setSpan(ROOT_CONTEXT, root);

    const spans = [
      (own as Required<LazyTracer>)[LAZILY]('send', kind, inRoot, () => ({})),
      own.startSpan('send', { kind }, inRoot),
    ].map((span) => span.spanContext());

    expect(spans.map(({ traceId, traceFlags }) => [traceId, traceFlags])).toEqual([
      [root.spanContext().traceId, TraceFlags.NONE],
      [root.spanContext().traceId, TraceFlags.NONE],
    ]);
    expect(new Set([root.spanContext(), ...spans].map(({ spanId }) => spanId)).size).toBe(3);
  },
);

test.each([
  ['nothing', [0, 0]],
  ['facts', [1, 0]],
  ['description', [0, 1]],
] as const)('a sampler that reads %s of roots is asked when that is known, and refuses', (reads, expected) => {
  const asked: Attributes[] = [];
  const counts = { facts: 0, description: 0 };
  const refuse = (...[, , , , attributes]: Parameters<Sampler['shouldSample']>) => {
    asked.push(attributes);
    return { decision: 0 };
  };
  const tracer = tracerOf({ sampler: { shouldSample: refuse }, readsOfRoots: () => reads });
  const describe = () => {
    counts.description += 1;
    return { attributes: { 'url.path': '/healthz', more: 1 } };
  };
  const facts = () => {
    counts.facts += 1;
    return { 'url.path': '/healthz' };
  };

  const span = tracer[LAZILY]('GET', SpanKind.SERVER, ROOT_CONTEXT, describe, facts);

  expect(span.isRecording()).toBe(false);
  expect([counts.facts, counts.description]).toEqual(expected);
  expect(asked).toEqual([
    { nothing: {}, facts: { 'url.path': '/healthz' }, description: { 'url.path': '/healthz', more: 1 } }[reads],
  ]);
});

test('a sampler that reads facts of roots alone is asked once, and before a child is described', () => {
  const asked: string[] = [];
  const keep = (...[, , name]: Parameters<Sampler['shouldSample']>) => {
    asked.push(name);
    return { decision: 2 };
  };
  const tracer = tracerOf({ sampler: { shouldSample: keep }, readsOfRoots: () => 'facts' });
  const facts = vi.fn<() => Attributes>(() => ({}));

  const root = tracer[LAZILY]('GET', SpanKind.SERVER, ROOT_CONTEXT, () => ({ attributes: { a: 1 } }), facts);
  const child = tracer.startSpan('query', { attributes: { b: 1 } }, trace.setSpan(ROOT_CONTEXT, root));

  expect(asked).toEqual(['GET', 'query']);
  expect(facts).toHaveBeenCalledOnce();
  expect([root, child]).toMatchObject([{ attributes: { a: 1 } }, { attributes: { b: 1 } }]);
});

test('attributes of a span that is refused are not read', () => {
  const { asked } = tracersFor('always_off');
  const options = {
    kind: SpanKind.PRODUCER,
    get attributes(): never {
      throw new Error('was read');
    },
  };

  const span = asked.startSpan('work', options);

  expect(trace.isSpanContextValid(span.spanContext())).toBe(true);
});

test('a span that is refused has an id of its own in the trace of its parent', () => {
  const { asked } = tracersFor('parentbased_always_on');

  const spanContext = asked.startSpan('work', {}, contextOf({ ...PARENT, traceFlags: TraceFlags.NONE })).spanContext();

  expect(spanContext.traceId).toBe(PARENT.traceId);
  expect(spanContext.spanId).not.toBe(PARENT.spanId);
});

test('where tracing is suppressed nothing is refused ahead, and no trace begins', () => {
  const { asked } = tracersFor('always_off');

  expect(trace.isSpanContextValid(asked.startSpan('work', {}, suppressTracing(ROOT_CONTEXT)).spanContext())).toBe(
    false,
  );
});
