import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { receiveTraceparent } from './receive-traceparent.ts';
import { parseTraceparent } from './traceparent.ts';

const FIRST = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const SECOND = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

// https://www.w3.org/TR/trace-context-2/#a-traceparent-is-received
describe('W3C Trace Context level 2, 4 processing model', () => {
  test('one traceparent header continues the trace', () => {
    expect(receiveTraceparent(FIRST)).toEqual(parseTraceparent(FIRST));
    expect(receiveTraceparent([FIRST])).toEqual(parseTraceparent(FIRST));
  });

  test('more than one traceparent header starts a new trace', () => {
    expect(receiveTraceparent([FIRST, SECOND])).toBeUndefined();
  });

  test('more than one traceparent header starts a new trace also when they are equal', () => {
    expect(receiveTraceparent([FIRST, FIRST])).toBeUndefined();
  });

  test('more than one traceparent header is noticed when a runtime has joined them', () => {
    expect(receiveTraceparent(`${FIRST}, ${SECOND}`)).toBeUndefined();
    expect(receiveTraceparent(`cc${FIRST.slice(2)}-x,cc${SECOND.slice(2)}`)).toBeUndefined();
  });

  test.each([undefined, null, '', ' ', [], ['']])('no traceparent header starts a new trace: %j', (value) => {
    expect(receiveTraceparent(value)).toBeUndefined();
  });
});

// The W3C suite's test_traceparent_ows_handling; https://www.rfc-editor.org/rfc/rfc9110#section-5.5
test.each([` ${FIRST}`, `\t${FIRST}`, `${FIRST} `, `${FIRST}\t`, `\t ${FIRST} \t`])(
  'white space around a header is no part of its value: %j',
  (value) => {
    expect(receiveTraceparent(value)).toEqual(parseTraceparent(FIRST));
  },
);

test('other white space than spaces and tabs is', () => {
  for (const space of ['\n', '\r', '\v', '\f', '\u00a0', '\ufeff']) {
    expect(receiveTraceparent(space + FIRST)).toBeUndefined();
  }
});

test('nothing makes it throw, and what it accepts is one valid value', () => {
  const values = fc.oneof(fc.anything(), fc.array(fc.constantFrom(FIRST, SECOND, '')), fc.string({ unit: 'binary' }));

  fc.assert(
    fc.property(values, (value) => {
      const received = receiveTraceparent(value as string);

      expect(received !== undefined).toBe(
        Array.isArray(value) && value.length === 1 && parseTraceparent(value[0]) !== undefined,
      );
    }),
  );
});
