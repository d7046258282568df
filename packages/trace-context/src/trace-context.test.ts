import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatTraceparent, parseTraceparent } from './traceparent.ts';
import { continueOrStart, headersFor } from './trace-context.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

// https://www.w3.org/TR/trace-context-2/#a-traceparent-is-received
describe('W3C Trace Context level 2, 4.3 a traceparent is received', () => {
  test('the trace is continued by an operation with an id of its own', () => {
    const { traceparent, caller } = continueOrStart({ traceparent: TRACEPARENT });

    expect(caller).toEqual(parseTraceparent(TRACEPARENT));
    expect(traceparent).toEqual({ ...caller, parentId: expect.stringMatching(/^[\da-f]{16}$/) });
    expect(traceparent.parentId).not.toBe(caller?.parentId);
  });

  test('each request has another', () => {
    const [one, other] = [continueOrStart({ traceparent: TRACEPARENT }), continueOrStart({ traceparent: TRACEPARENT })];

    expect(one.traceparent.parentId).not.toBe(other.traceparent.parentId);
  });

  test('its tracestate is inherited', () => {
    const headers = { traceparent: TRACEPARENT, tracestate: ['foo=1', 'bar=2'] };

    expect(headersFor(continueOrStart(headers))['tracestate']).toBe('foo=1,bar=2');
  });

  test('a tracestate that cannot be parsed does not affect the traceparent', () => {
    const { caller, tracestate } = continueOrStart({ traceparent: TRACEPARENT, tracestate: 'foo=1,BAR=2' });

    expect(caller).toBeDefined();
    expect(tracestate).toEqual([]);
  });

  test('the flags of a trace that is continued stay as they are', () => {
    for (const flags of ['00', '01', '02', '03']) {
      const headers = { traceparent: TRACEPARENT.slice(0, -2) + flags };

      expect(headersFor(continueOrStart(headers, { sampled: true }))['traceparent']).toMatch(new RegExp(`${flags}$`));
    }
  });
});

// https://www.w3.org/TR/trace-context-2/#no-traceparent-received
describe('W3C Trace Context level 2, 4.2 no traceparent received', () => {
  test.each([
    ['none', {}],
    ['an empty one', { traceparent: '' }],
    ['an invalid one', { traceparent: TRACEPARENT.toUpperCase() }],
    ['two', { traceparent: [TRACEPARENT, TRACEPARENT] }],
    ['two whose names differ in case', { traceparent: TRACEPARENT, Traceparent: TRACEPARENT }],
  ])('a new trace starts when there is %s, and any tracestate is discarded', (_, headers) => {
    const { traceparent, tracestate, caller } = continueOrStart({ ...headers, tracestate: 'foo=1' });

    expect(parseTraceparent(formatTraceparent(traceparent))).toEqual(traceparent);
    expect(traceparent.traceId).not.toBe(TRACEPARENT.slice(3, 35));
    expect(tracestate).toEqual([]);
    expect(caller).toBeUndefined();
  });

  test('a new trace is random, and sampled unless it is not meant to be', () => {
    expect(continueOrStart({}).traceparent.traceFlags).toBe(0b11);
    expect(continueOrStart({}, { sampled: false }).traceparent.traceFlags).toBe(0b10);
  });
});

test('baggage needs no trace', () => {
  expect(headersFor(continueOrStart({ baggage: 'userId=alice;ttl=60' }))['baggage']).toBe('userId=alice;ttl=60');
});

test('headers are found in whatever holds them', () => {
  const headers = { traceparent: TRACEPARENT };
  const forms = [
    headers,
    new Headers(headers),
    new Map(Object.entries(headers)),
    (name: string) => headers[name as never],
  ];

  for (const form of forms) expect(continueOrStart(form).caller).toEqual(parseTraceparent(TRACEPARENT));
});

test('what is called becomes a child of the operation that calls', () => {
  const here = continueOrStart({ traceparent: TRACEPARENT });

  const there = continueOrStart(headersFor(here));

  expect(there.caller).toEqual(here.traceparent);
});

test('a traceparent alone makes headers, and none of them is empty', () => {
  const traceparent = parseTraceparent(TRACEPARENT)!;

  expect(headersFor({ traceparent })).toEqual({ traceparent: TRACEPARENT });
  expect(headersFor({ traceparent, tracestate: [], baggage: [] })).toEqual({ traceparent: TRACEPARENT });
});

test('no headers make it throw, and what travels on is always valid', () => {
  const values = fc.oneof(
    fc.constant(TRACEPARENT),
    fc.anything(),
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom(TRACEPARENT, 'foo=1', 'bar= 2 ', '', '\u00e9')),
  );
  const headers = fc.record({ traceparent: values, tracestate: values, baggage: values }, { requiredKeys: [] });

  fc.assert(
    fc.property(headers, (headers) => {
      const sent = headersFor(continueOrStart(headers as Record<string, string>));

      expect(parseTraceparent(sent['traceparent'])).toBeDefined();
      expect(headersFor(continueOrStart(sent))).toEqual({ ...sent, traceparent: expect.any(String) });
    }),
    { numRuns: 3000 },
  );
});
