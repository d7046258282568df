import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatOtMember, parseOtMember, randomnessOf } from './ot-member.ts';
import { setMember } from './tracestate.ts';

const RV = '6e6d1a75832a2f';

// https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/
describe('OpenTelemetry, TraceState handling', () => {
  test('the sub-keys are separated by semicolons, and key and value by a colon', () => {
    expect(parseOtMember(`th:fd70a;rv:${RV};p:8;r:62`)).toEqual({
      threshold: 'fd70a',
      randomness: RV,
      others: ['p:8', 'r:62'],
    });
  });

  test('a sub-key that is not there is undefined', () => {
    expect(parseOtMember('p:8')).toEqual({ threshold: undefined, randomness: undefined, others: ['p:8'] });
  });

  test('a value may be empty', () => {
    expect(parseOtMember('k1:')?.others).toEqual(['k1:']);
  });

  test('existing values of other concerns are preserved', () => {
    const ot = parseOtMember(`p:8;th:8;r:62;rv:${RV};k1:A-z.0_`);

    expect(ot && formatOtMember({ ...ot, threshold: 'c' })).toBe(`th:c;rv:${RV};p:8;r:62;k1:A-z.0_`);
  });

  test('the used keys are unique', () => {
    expect(parseOtMember('th:8;th:c')).toBeUndefined();
    expect(parseOtMember('k1:8;rv:;k1:8')).toBeUndefined();
  });

  test.each(['', ';', 'th', 'th:8;', ';th:8', ':8', 'Th:8', '1h:8', 'th :8', 'th:8 ', 'k:a:b', 'k:\u00e9', 'k:a/b'])(
    'what is no list of sub-keys is ignored: %j',
    (value) => {
      expect(parseOtMember(value)).toBeUndefined();
    },
  );

  test('the complete list does not exceed 256 characters', () => {
    const longest = `k:${'v'.repeat(254)}`;

    expect(parseOtMember(longest)?.others).toEqual([longest]);
    expect(parseOtMember(`${longest}v`)).toBeUndefined();
  });

  test('a list that would exceed 256 characters is not set', () => {
    const tooLong = formatOtMember({ threshold: '8', randomness: RV, others: [`k:${'v'.repeat(232)}`] });

    expect(setMember([], 'ot', tooLong)).toBeUndefined();
  });

  test('of nothing nothing is written', () => {
    expect(formatOtMember({ threshold: undefined, randomness: undefined, others: [] })).toBe('');
    expect(formatOtMember({})).toBe('');
  });

  test('a value is written the same way when none was received', () => {
    expect(formatOtMember({ ...parseOtMember(undefined), threshold: '8' })).toBe('th:8');
  });
});

// https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/#sampling-threshold-value-th
describe('OpenTelemetry, sampling threshold value th', () => {
  test('it has 1 to 14 hex digits, and its trailing zeros are cut', () => {
    expect(parseOtMember('th:0')?.threshold).toBe('0');
    expect(parseOtMember('th:ffffffffffffff')?.threshold).toBe('ffffffffffffff');
    expect(parseOtMember('th:80000')?.threshold).toBe('8');
  });

  test.each(['', 'fffffffffffffff', 'FD70A', 'x', '1.5'])('any other is ignored, the rest is not: %j', (th) => {
    expect(parseOtMember(`th:${th};rv:${RV};p:8`)).toEqual({ threshold: undefined, randomness: RV, others: ['p:8'] });
  });
});

// https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/#explicit-randomness-value-rv
describe('OpenTelemetry, explicit randomness value rv', () => {
  test.each(['', RV.slice(1), `${RV}0`, RV.toUpperCase(), 'g'.repeat(14)])(
    'it has exactly 14 lowercase hex digits, and any other is ignored: %j',
    (rv) => {
      expect(parseOtMember(`rv:${rv};th:8`)).toEqual({ threshold: '8', randomness: undefined, others: [] });
    },
  );

  test('it is used in place of the last 14 digits of the trace id', () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';

    expect(randomnessOf(traceId, parseOtMember(`rv:${RV}`))).toBe(RV);
    expect(randomnessOf(traceId, parseOtMember('th:8'))).toBe('48eb211c80319c');
    expect(randomnessOf(traceId, undefined)).toBe('48eb211c80319c');
  });
});

describe('properties of parseOtMember', () => {
  const ots = fc.record({
    threshold: fc.option(fc.stringMatching(/^(?:0|[0-9a-f]{0,13}[1-9a-f])$/), { nil: undefined }),
    randomness: fc.option(fc.stringMatching(/^[0-9a-f]{14}$/), { nil: undefined }),
    others: fc.uniqueArray(fc.stringMatching(/^[a-s][a-z0-9]{0,3}:[A-Za-z0-9._-]{0,6}$/), {
      maxLength: 8,
      selector: (item) => item.split(':')[0],
    }),
  });

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(ots, (ot) => {
        fc.pre(!ot.others.some((item) => /^(?:th|rv):/.test(item)) && formatOtMember(ot) !== '');

        expect(parseOtMember(formatOtMember(ot))).toEqual(ot);
      }),
    );
  });

  test('nothing makes it throw, and what it returns may be set in a tracestate', () => {
    const almost = fc.array(fc.stringMatching(/^[a-z]{0,2}:?[0-9a-zA-Z. ]{0,15}$/)).map((items) => items.join(';'));
    const values = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), almost);

    fc.assert(
      fc.property(values, (value) => {
        const ot = parseOtMember(value as string);
        const text = ot === undefined ? '' : formatOtMember(ot);

        const tracestate = setMember([], 'ot', text);
        expect(tracestate).toEqual(text === '' ? undefined : [{ key: 'ot', value: text }]);
      }),
      { numRuns: 3000 },
    );
  });
});
