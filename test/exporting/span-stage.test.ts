import { context, trace } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import { SamplingDecision, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { createTraceLifetimes } from '@clew/spans/internal';
import { decodeTraces, decodeTracesJson, type SpanRecord } from '@clew/viewer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createRedactor } from '../../packages/sdk/src/redaction/redactor.ts';
import { DEFAULTS } from '../../packages/sdk/src/options/options.ts';
import { otlpFlags } from '../../packages/sdk/src/outbox/encoding/span-encoder.ts';
import { jsonSpanFormat } from '../../packages/sdk/src/outbox/encoding/json-span-format.ts';
import { spanFormat } from '../../packages/sdk/src/outbox/encoding/span-format.ts';
import type { SpanFacts } from '../../packages/sdk/src/otel/span-facts.ts';
import { createArena } from '../../packages/sdk/src/outbox/queue/arena.ts';
import type { Outbox } from '../../packages/sdk/src/outbox/outbox.ts';
import { createSpanPipeline } from '../../packages/sdk/src/pipelines/span-pipeline.ts';
import { createTraceExporters } from '../../packages/sdk/src/pipelines/trace-exporter.ts';
import { spans } from '../../packages/sdk/test/arbitrary-records.ts';
import { openSignal, requestOf } from '../../packages/sdk/test/open-signal.ts';
import { spanWith } from '../../packages/sdk/test/span-with.ts';

const fail = (problem: string) => {
  throw new Error(problem);
};

const ENCODINGS = [
  { protocol: 'http/protobuf', createFormat: spanFormat, decode: (body: Buffer) => decodeTraces(body, fail) },
  {
    protocol: 'http/json',
    createFormat: jsonSpanFormat,
    decode: (body: Buffer) => decodeTracesJson(String(body), fail),
  },
] as const;

describe.each(ENCODINGS)('over $protocol', ({ createFormat, decode }) => {
  const format = createFormat();
  const sent = (amend: (encoded: Uint8Array) => Uint8Array, span: ReadableSpan) => {
    const outbox = openSignal(format, {
      arena: createArena(2 ** 20),
      openStage: (enqueue) => ({
        take: (_span, scope, buffer, length) => enqueue(scope, amend(buffer.subarray(0, length))),
      }),
    });
    outbox.add(span);
    const [record] = decode(requestOf(outbox)) ?? [];
    return record as SpanRecord;
  };

  test('an amended span differs in what was amended and in nothing else', () => {
    const amendments = fc.record(
      {
        traceState: fc.constantFrom('ot=th:8', 'ot=th:c;rv:0123456789abcd,vendor=1'),
        flags: fc.constantFrom(otlpFlags(1, false), otlpFlags(1, true), otlpFlags(3, true)),
        attributes: fc.dictionary(
          fc.string({ minLength: 1 }).map((key) => `amended.${key}`),
          fc.oneof(fc.string(), fc.boolean(), fc.maxSafeInteger(), fc.double({ noNaN: true, noInteger: true })),
          { noNullPrototype: true },
        ),
      },
      { requiredKeys: [] },
    );

    fc.assert(
      fc.property(spans(), amendments, (span, amendment) => {
        const plain = sent((bytes) => bytes, span);
        const amended = sent((bytes) => format.amend(bytes, amendment), span);

        expect(amended).toEqual({
          ...plain,
          ...(amendment.traceState !== undefined && { traceState: amendment.traceState }),
          ...(amendment.flags !== undefined && { flags: amendment.flags }),
          attributes: { ...plain.attributes, ...amendment.attributes },
        });
      }),
      { numRuns: 100 },
    );
  });

  test('a span can be amended again', () => {
    const once = (bytes: Uint8Array) =>
      Buffer.from(format.amend(bytes, { traceState: 'ot=th:8', attributes: { a: 1 } }));
    const twice = (bytes: Uint8Array) => format.amend(once(bytes), { traceState: 'ot=th:0', attributes: { b: 2 } });

    expect(sent(twice, spanWith({}))).toMatchObject({ traceState: 'ot=th:0', attributes: { a: 1, b: 2 } });
  });
});

test('a stage gets every recorded span, sampled or not, and sends what it hands on', () => {
  const { tracer, held, release, sentNames } = pipelineWithStage(SamplingDecision.RECORD);

  const parent = tracer.startSpan('parent');
  const child = tracer.startSpan(
    'child',
    { attributes: { 'http.route': '/a' } },
    trace.setSpan(context.active(), parent),
  );
  child.end();
  parent.end();

  expect(held.map(({ facts }) => [facts.name, facts.traceFlags, facts.attribute('http.route')])).toEqual([
    ['child', 0, '/a'],
    ['parent', 0, undefined],
  ]);
  expect(held[0]?.facts).toMatchObject({
    traceId: parent.spanContext().traceId,
    parentSpanId: parent.spanContext().spanId,
    isParentRemote: false,
  });
  expect(sentNames()).toEqual([]);
  release('parent');
  expect(sentNames()).toEqual(['parent']);
});

test('without a stage only sampled spans are queued', () => {
  const { tracer, sentNames } = pipelineWithStage(SamplingDecision.RECORD, false);

  tracer.startSpan('recorded').end();

  expect(sentNames()).toEqual([]);
});

test('what a stage has copied is sent as it was, whatever was encoded since', () => {
  const { tracer, held, release, sentNames } = pipelineWithStage(SamplingDecision.RECORD_AND_SAMPLED);

  for (let i = 0; i < 100; i++) tracer.startSpan(`span ${i}`, { attributes: { text: 'x'.repeat(i * 40) } }).end();
  for (const { facts } of held) release(facts.name);

  expect(sentNames()).toEqual(Array.from({ length: 100 }, (_, i) => `span ${i}`));
});

/** A span pipeline whose stage holds everything until it is released by name. */
function pipelineWithStage(decision: SamplingDecision, hasStage = true) {
  const held: { facts: SpanFacts; send(): void }[] = [];
  const opened: ReturnType<typeof openSignal<ReadableSpan>>[] = [];
  const outbox: Pick<Outbox, 'open'> = {
    open({ format, openStage }) {
      const signal = openSignal(format, { openStage });
      opened.push(signal as never);
      return signal.add;
    },
  };
  const sampler = { shouldSample: () => ({ decision }), toString: () => 'fixed' };
  const { provider } = createSpanPipeline(
    { ...DEFAULTS, sampler },
    {
      resource: emptyResource(),
      outbox: outbox as Outbox,
      lifetimes: createTraceLifetimes(),
      redactor: createRedactor(DEFAULTS.redact),
      openExporters: createTraceExporters,
      jsonFormat: jsonSpanFormat,
      openStage: hasStage
        ? ({ enqueue }) => ({
            take(facts, scope, buffer, length) {
              const bytes = Uint8Array.prototype.slice.call(buffer, 0, length);
              held.push({ facts, send: () => enqueue(scope, bytes) });
            },
          })
        : undefined,
    },
  );
  return {
    tracer: provider.getTracer('test'),
    held,
    release: (name: string) => held.find(({ facts }) => facts.name === name)?.send(),
    sentNames(): string[] {
      const [{ queue, request }] = opened as [(typeof opened)[0]];
      const batch = queue.take();
      if (batch === undefined) return [];
      return (decodeTraces(request(batch), fail) ?? []).map(({ name }) => name);
    },
  };
}
