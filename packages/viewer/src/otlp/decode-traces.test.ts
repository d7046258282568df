import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { readByReference } from '../../test/otlp-reference.ts';
import { damaged, traceRequests } from '../../test/otlp-requests.ts';
import { encode } from '../../test/otlp-schema.ts';
import type { SpanRecord } from '../span-record.ts';
import { decodeTracesJson } from './decode-traces-json.ts';
import { decodeTraces, decodeTracesLazily } from './decode-traces.ts';
import { LazySpan } from './lazy-span.ts';

const REQUEST = 'ExportTraceServiceRequest';
const encoded = traceRequests.map((request) => encode(REQUEST, request));

test('valid, damaged and arbitrary bytes are taken or refused as by another protobuf library, with the same values', () => {
  let taken = 0;
  let refused = 0;

  fc.assert(
    fc.property(fc.oneof(damaged(encoded), encoded, fc.uint8Array({ maxLength: 40 })), (bytes) => {
      const ours = decodeTraces(bytes);
      const theirs = readByReference(REQUEST, bytes);
      // The library knows nothing of the length of ids; our reader of JSON does.
      const expected = theirs === undefined ? undefined : decodeTracesJson(JSON.stringify(theirs));

      expect(ours?.map(withoutEmpty)).toEqual(expected?.map(withoutEmpty));
      if (ours === undefined) refused += 1;
      else taken += 1;
    }),
    { numRuns: 1500 },
  );

  expect(Math.min(taken, refused)).toBeGreaterThan(200);
});

test('details are decoded when they are asked for, from the message or from the copy that a detached span has', () => {
  fc.assert(
    fc.property(traceRequests, (request) => {
      const expected = decodeTracesJson(JSON.stringify(request));
      const message = Buffer.from(encode(REQUEST, request));

      const spans = decodeTracesLazily(message);
      expect(spans?.map(detailsOf)).toEqual(expected?.map(detailsOf));
      const again = decodeTracesLazily(message);
      for (const span of again ?? []) span.detach();
      message.fill(0);

      expect(again?.map(detailsOf)).toEqual(expected?.map(detailsOf));
    }),
  );
});

test('a span tells without decoding whether it has an exception', () => {
  const spans = ['exception', 'retry', ''].map((name) => ({ events: [{ name: 'other' }, { name }] }));
  const bytes = encode(REQUEST, { resourceSpans: [{ scopeSpans: [{ spans: [...spans, {}] }] }] });

  const told = decodeTracesLazily(bytes)?.map(({ hasException }) => hasException);

  expect(told).toEqual([true, false, false, false]);
});

test('a span that is looked at several times is decoded once', () => {
  const spans = [{ attributes: [{ key: 'a', value: { intValue: 1 } }], events: [{ name: 'e' }] }];
  const [span] = decodeTracesLazily(encode(REQUEST, { resourceSpans: [{ scopeSpans: [{ spans }] }] })) ?? [];

  expect(span).toBeInstanceOf(LazySpan);
  expect(span?.attributes).toBe(span?.attributes);
  expect(span?.events[0]).toBe(span?.events[0]);
});

function detailsOf({ attributes, events, links }: SpanRecord) {
  return { attributes, events, links };
}

/** JSON tells an empty field by leaving it out. */
function withoutEmpty(span: SpanRecord): object {
  const isEmpty = (value: unknown) => value === '' || value === 0 || value === undefined;
  const plain = (object: object) => Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)));
  return { ...plain(span), links: span.links.map(plain), status: plain(span.status) };
}
