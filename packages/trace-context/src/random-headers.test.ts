import fc from 'fast-check';
import { expect, test } from 'vitest';

import { continueOrStart, headersFor } from './trace-context.ts';

const VALID = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'rojo=00f067aa0ba902b7, ot=th:fd70a;rv:6e6d1a75832a2f',
  baggage: 'userId=alice;ttl=60,city=K%C3%B6ln',
};

/** `valid` as it is, or with a piece of it replaced by something else: noise would seldom get beyond the first check. */
function nearly(valid: string): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.nat(valid.length),
      fc.nat(3),
      fc.oneof(fc.constantFrom('', ' ', '\t', ',', ';', '=', '-', '%', '@'), fc.string({ unit: 'binary' })),
    )
    .map(([start, length, piece]) => valid.slice(0, start) + piece + valid.slice(start + length));
}

test('100,000 random headers throw nothing, and what travels on is in order and stays the same', () => {
  const headers = fc.record({
    traceparent: nearly(VALID.traceparent),
    tracestate: nearly(VALID.tracestate),
    baggage: nearly(VALID.baggage),
  });

  const result = fc.check(
    fc.property(headers, (received) => {
      const sent = headersFor(continueOrStart(received));
      const again = headersFor(continueOrStart(sent));

      return (
        /^00-[\da-f]{32}-[\da-f]{16}-0[0-3]$/.test(sent['traceparent'] ?? '') &&
        sent['traceparent']?.slice(0, 35) === again['traceparent']?.slice(0, 35) &&
        sent['tracestate'] === again['tracestate'] &&
        sent['baggage'] === again['baggage']
      );
    }),
    { numRuns: 100_000 },
  );

  expect(result).toMatchObject({ failed: false, numRuns: 100_000 });
}, 120_000);
