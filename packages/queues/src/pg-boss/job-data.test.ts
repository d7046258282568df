import { assert, anything, constant, dictionary, jsonValue, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';

import { jobData, stamped, unpackData } from './job-data.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const own = dictionary(oneof(string(), constant('_otel')), jsonValue());

test('data that carries a context is what was sent, after JSON and without the context', () => {
  assert(
    property(oneof(own, jsonValue()), (data) => {
      const sent = stamped(jobData.set(data, { traceparent: TRACEPARENT }), data);

      const received = unpackData(JSON.parse(JSON.stringify(sent)));

      expect(received.data).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});

test('plain data and no data carry a context, and stay as they were', () => {
  for (const data of [Object.freeze({ order: 7 }), {}, null, undefined]) {
    const sent = jobData.set(data, { traceparent: TRACEPARENT });

    expect(jobData.get(sent, 'traceparent')).toBe(TRACEPARENT);
    expect(jobData.get(data, 'traceparent')).toBeUndefined();
  }
});

test('whatever stands where a context should is read without harm', () => {
  assert(
    property(anything(), anything(), (data, member) => {
      for (const each of [data, { _otel: member }]) {
        unpackData(each);
        jobData.keys(each);
        expect([undefined, 'string']).toContain(
          typeof jobData.get(each, 'traceparent') === 'string' ? 'string' : undefined,
        );
      }
    }),
  );
});
