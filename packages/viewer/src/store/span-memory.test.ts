import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { traceRequests } from '../../test/otlp-requests.ts';
import { encode } from '../../test/otlp-schema.ts';
import { decodeTraces, decodeTracesLazily } from '../otlp/decode-traces.ts';
import { emptySpan, plainSpan, type SpanRecord } from '../span-record.ts';
import { emptyChain } from './page-pool.ts';
import { createSharedParts } from './shared-parts.ts';
import { createSpanMemory, type SpanChain, type SpanMemory } from './span-memory.ts';
import { createTraceShelf } from './trace-shelf.ts';

const REQUEST = 'ExportTraceServiceRequest';

test('spans are found and read as they came, in protobuf or as objects, whatever other traces come and go between', () => {
  const batch = traceRequests.map((request) => encode(REQUEST, request));
  const ids = fc.constantFrom('a', 'b', 'another id that is no hex', '00f067aa0ba902b7', '00f067aa0ba902b8');
  const step = fc.oneof(
    fc.record({ chain: fc.nat(3), batch }),
    fc.record({ chain: fc.nat(3), id: ids }),
    fc.record({ chain: fc.nat(3), free: fc.constant(true) }),
  );

  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { memory, parts } = newMemory();
      const traces = Array.from({ length: 4 }, (_, number) => ({
        chain: newChain(number),
        model: new Map<string, SpanRecord>(),
      }));

      for (const taken of steps) {
        const { chain, model } = traces[taken.chain]!;
        if ('free' in taken) {
          memory.free(chain, parts.release);
          model.clear();
          chain.count = 0;
        }
        for (const [span, expected] of spansOf(taken)) {
          expect(memory.has(chain, span.spanId)).toBe(model.has(span.spanId));
          if (span.spanId === '' || model.has(span.spanId)) continue;
          memory.add(chain, span, parts.keep(span, ''));
          model.set(span.spanId, expected);
        }
      }

      for (const { chain, model } of traces) {
        expect(chain.count).toBe(model.size);
        expect(memory.first(chain, chain.count).map(plainSpan)).toEqual([...model.values()]);
        for (const [id, span] of model) expect(plainSpan(memory.find(chain, id)!)).toEqual(span);
        expect(memory.find(chain, 'of none')).toBeUndefined();
      }
    }),
  );
});

test('spans of one memory can be kept in another', () => {
  const spans = [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '00f067aa0ba902b7', name: 'GET /' }];
  const [first, second] = [newMemory(), newMemory()];
  const [firstChain, secondChain] = [newChain(1), newChain(1)];

  for (const span of decodeTracesLazily(encode(REQUEST, { resourceSpans: [{ scopeSpans: [{ spans }] }] })) ?? []) {
    first.memory.add(firstChain, span, first.parts.keep(span, ''));
  }
  for (const span of first.memory.first(firstChain, 1))
    second.memory.add(secondChain, span, second.parts.keep(span, ''));
  first.memory.clear();

  expect(second.memory.find(secondChain, '00f067aa0ba902b7')).toMatchObject({ name: 'GET /' });
});

function newMemory(): { memory: SpanMemory; parts: ReturnType<typeof createSharedParts> } {
  const parts = createSharedParts(createTraceShelf());
  return { memory: createSpanMemory(parts), parts };
}

function newChain(number: number): SpanChain {
  return { ...emptyChain(), number, count: 0 };
}

/** Spans to add, and those that are expected to be read. */
function spansOf(step: { batch: Uint8Array } | { id: string } | object): [SpanRecord, SpanRecord][] {
  if ('id' in step) {
    const span = { ...emptySpan(), spanId: step.id };
    return [[span, span]];
  }
  if (!('batch' in step)) return [];
  const expected = decodeTraces(step.batch) ?? [];
  return (decodeTracesLazily(step.batch) ?? []).map((span, i) => [span, expected[i]!]);
}
