import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { parseBaggage, parseTracestate, parseTraceparent } from '@clew/trace-context';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { baggagePropagator } from '../../../packages/sdk/src/propagation/baggage-propagator.ts';
import { createW3CPropagator } from '../../../packages/sdk/src/propagation/w3c-propagator.ts';

// A hundred thousand requests with headers that nobody would send, and those that are almost right.
const RUNS = 100_000;
const VALID_OUT = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-0[0-3]$/;

const noise = fc.string({ unit: 'binary', maxLength: 80 });
const almost = fc
  .tuple(
    fc.constantFrom('00', '01', 'cc', 'ff', '0', 'zz'),
    fc.stringMatching(/^[0-9a-g]{31,33}$/),
    fc.stringMatching(/^[0-9a-g]{15,17}$/),
    fc.constantFrom('00', '01', '02', '03', 'ff', '1', '', '001'),
    fc.constantFrom('', '-', '-more', ',', ' '),
  )
  .map(([version, traceId, parentId, flags, rest]) => `${version}-${traceId}-${parentId}-${flags}${rest}`);
const member = fc.tuple(fc.stringMatching(/^[a-zA-Z0-9@_*/ -]{0,12}$/), noise).map(([key, value]) => `${key}=${value}`);
const list = fc.array(fc.oneof(member, noise), { maxLength: 40 }).map((members) => members.join(','));
const headers = fc.record(
  {
    traceparent: fc.oneof(noise, almost, fc.array(almost, { maxLength: 3 })),
    tracestate: fc.oneof(noise, list, fc.array(list, { maxLength: 3 })),
    baggage: fc.oneof(noise, list, fc.array(list, { maxLength: 3 })),
  },
  { requiredKeys: [] },
);
const propagator = createW3CPropagator(true);

test(`${RUNS} random requests: nothing throws, and what goes on is valid or absent`, { timeout: 120_000 }, () => {
  const property = fc.property(headers, (incoming) => {
    const before = JSON.stringify(incoming);
    const carrier = incoming as Record<string, string>;

    const context = baggagePropagator.extract(
      propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter),
      carrier,
      defaultTextMapGetter,
    );
    const outgoing: Record<string, string> = {};
    propagator.inject(context, outgoing, defaultTextMapSetter);
    baggagePropagator.inject(context, outgoing, defaultTextMapSetter);

    const { traceparent, tracestate, baggage } = outgoing;
    const problems = [
      JSON.stringify(incoming) !== before && 'the carrier was written to',
      traceparent !== undefined && !VALID_OUT.test(traceparent) && 'an invalid traceparent',
      traceparent === undefined && tracestate !== undefined && 'a tracestate alone',
      (trace.getSpanContext(context) === undefined) !== (traceparent === undefined) &&
        'a context that is not handed on',
      tracestate !== undefined &&
        (tracestate.length > 512 || parseTracestate(tracestate) === undefined) &&
        'an invalid tracestate',
      baggage !== undefined &&
        (Buffer.byteLength(baggage) > 8192 || parseBaggage(baggage).length > 64) &&
        'too much baggage',
    ].filter((problem) => problem !== false);
    if (problems.length > 0) throw new Error(problems.join(', '));
  });

  expect(() => fc.assert(property, { numRuns: RUNS })).not.toThrow();
});

test('what was written is read back as it was', () => {
  const traceId = fc.stringMatching(/^[0-9a-f]{32}$/).filter((id) => !/^0+$/.test(id));
  const parentId = fc.stringMatching(/^[0-9a-f]{16}$/).filter((id) => !/^0+$/.test(id));
  fc.assert(
    fc.property(traceId, parentId, fc.integer({ min: 0, max: 3 }), (id, parent, flags) => {
      const text = `00-${id}-${parent}-0${flags}`;

      const context = propagator.extract(ROOT_CONTEXT, { traceparent: text }, defaultTextMapGetter);
      const carrier: Record<string, string> = {};
      propagator.inject(context, carrier, defaultTextMapSetter);

      expect(carrier['traceparent']).toBe(text);
      expect(parseTraceparent(text)).toEqual({ traceId: id, parentId: parent, traceFlags: flags });
    }),
  );
});
