import { context, trace } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SamplingDecision, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { decodeTraces, decodeTracesJson, type SpanRecord } from '@clew/viewer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { otlpFlags } from '../../packages/sdk/src/outbox/encoding/span-encoder.ts';
import { jsonSpanFormat } from '../../packages/sdk/src/outbox/encoding/json-span-format.ts';
import { spanFormat } from '../../packages/sdk/src/outbox/encoding/span-format.ts';
import { spanObserver } from '../../packages/sdk/src/otel/span-observer.ts';
import { createArena } from '../../packages/sdk/src/outbox/queue/arena.ts';
import type { StageOut } from '../../packages/sdk/src/outbox/stage.ts';
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
      openStage: ({ enqueue }) => ({
        take(_span, scope, buffer, length) {
          const amended = Buffer.from(amend(buffer.subarray(0, length)));
          enqueue(scope, amended, amended.length);
        },
        counts: () => ({ undecided: 0, sampledOut: 0 }),
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
  const { tracer, held, release, sentNames } = tracerWithStage(SamplingDecision.RECORD);

  const parent = tracer.startSpan('parent');
  tracer.startSpan('child', {}, trace.setSpan(context.active(), parent)).end();
  parent.end();

  expect(held.map(({ name }) => name)).toEqual(['child', 'parent']);
  expect(sentNames()).toEqual([]);
  release('parent');
  expect(sentNames()).toEqual(['parent']);
});

test('what a stage was given stays as it is while other spans are encoded', () => {
  const { tracer, held, release, sentNames } = tracerWithStage(SamplingDecision.RECORD_AND_SAMPLED);

  for (let i = 0; i < 100; i++) tracer.startSpan(`span ${i}`, { attributes: { text: 'x'.repeat(i * 40) } }).end();
  for (const { name } of held) release(name);

  expect(sentNames()).toEqual(Array.from({ length: 100 }, (_, i) => `span ${i}`));
});

test('what another thread had taken is sent with its resource and scopes, and is in the account', () => {
  let out: StageOut | undefined;
  const format = spanFormat();
  const encoded = (name: string) => {
    const { buffer, length } = format.encode(spanWith({ name }));
    return Buffer.from(buffer.subarray(0, length));
  };
  const { account, queue, request } = openSignal<ReadableSpan>(format, {
    openStage(given) {
      out = given;
      return { take() {}, counts: () => ({ undecided: 0, sampledOut: 0 }) };
    },
  });
  const scope = (name: string) => format.defineScope({ name });
  const resource = format.defineResource(resourceFromAttributes({ 'service.name': 'worker' }));

  out?.recordForeign(3);
  out?.enqueueForeign(7, resource, [
    { scope: scope('a'), bytes: encoded('one') },
    { scope: scope('b'), bytes: encoded('two') },
    { scope: scope('a'), bytes: encoded('three') },
  ]);

  const batch = queue.take();
  const spans = batch && decodeTraces(request(batch), fail);
  expect(account.recorded).toBe(3);
  expect(spans?.map(({ name, scope: { name: of }, resource: { attributes } }) => [name, of, attributes])).toEqual([
    ['one', 'a', { 'service.name': 'worker' }],
    ['three', 'a', { 'service.name': 'worker' }],
    ['two', 'b', { 'service.name': 'worker' }],
  ]);
});

/** A tracer whose spans are held until they are released by name. */
function tracerWithStage(decision: SamplingDecision) {
  const held: { readonly name: string; send(): void }[] = [];
  const { add, queue, request } = openSignal<ReadableSpan>(spanFormat(), {
    openStage: ({ enqueue }) => ({
      take({ name }, scope, buffer, length) {
        const bytes = Buffer.from(buffer.subarray(0, length));
        held.push({ name, send: () => enqueue(scope, bytes, length) });
      },
      counts: () => ({ undecided: 0, sampledOut: 0 }),
    }),
  });
  const sampler = { shouldSample: () => ({ decision }), toString: () => 'fixed' };
  const provider = new TracerProvider({ sampler, spanProcessors: [spanObserver({ onEnd: add })] });
  return {
    tracer: provider.getTracer('test'),
    held,
    release: (wanted: string) => held.find(({ name }) => name === wanted)?.send(),
    sentNames(): string[] {
      const batch = queue.take();
      if (batch === undefined) return [];
      return (decodeTraces(request(batch), fail) ?? []).map(({ name }) => name);
    },
  };
}
