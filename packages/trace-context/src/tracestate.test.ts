import { describe, expect, test } from 'vitest';

import { deleteMember, getMember, setMember, type Tracestate } from './tracestate.ts';

const TRACESTATE: Tracestate = Object.freeze(
  ['rojo', 'congo', 'baz'].map((key, index) => Object.freeze({ key, value: String(index) })),
);

const keysOf = (tracestate: Tracestate | undefined) => tracestate?.map(({ key }) => key);

test('a value is found by its key', () => {
  expect(getMember(TRACESTATE, 'congo')).toBe('1');
  expect(getMember(TRACESTATE, 'kongo')).toBeUndefined();
});

// https://www.w3.org/TR/trace-context-2/#mutating-the-tracestate-field
describe('W3C Trace Context level 2, 3.5 mutating the tracestate field', () => {
  test('a modified key moves to the beginning, and the order of the others is preserved', () => {
    const tracestate = setMember(TRACESTATE, 'congo', 'new');

    expect(keysOf(tracestate)).toEqual(['congo', 'rojo', 'baz']);
    expect(getMember(tracestate ?? [], 'congo')).toBe('new');
  });

  test('a new key is added to the beginning', () => {
    expect(keysOf(setMember(TRACESTATE, 'foo', '1'))).toEqual(['foo', 'rojo', 'congo', 'baz']);
  });

  test('adding a key does not result in the same key being present twice', () => {
    const twice = [...TRACESTATE, { key: 'congo', value: 'older' }];

    expect(keysOf(setMember(twice, 'congo', 'new'))).toEqual(['congo', 'rojo', 'baz']);
  });

  test('a key can be deleted, and the order of the others is preserved', () => {
    expect(keysOf(deleteMember(TRACESTATE, 'congo'))).toEqual(['rojo', 'baz']);
    expect(keysOf(deleteMember(TRACESTATE, 'foo'))).toEqual(['rojo', 'congo', 'baz']);
  });
});

test('a 33rd list-member takes the place of the last one', () => {
  const full = Array.from({ length: 32 }, (_, index) => ({ key: `k${index}`, value: 'v' }));

  const tracestate = setMember(full, 'foo', '1');

  expect(tracestate).toHaveLength(32);
  expect(tracestate?.[0]?.key).toBe('foo');
  expect(tracestate?.at(-1)?.key).toBe('k30');
});

test('what the recommendation does not allow cannot be set', () => {
  expect(setMember(TRACESTATE, 'Foo', '1')).toBeUndefined();
  expect(setMember(TRACESTATE, 'foo', '')).toBeUndefined();
  expect(setMember(TRACESTATE, 'foo', 'a,b')).toBeUndefined();
});
