import { afterEach, describe, expect, test, vi } from 'vitest';

import { childOf, createTraceparent } from './create-traceparent.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

afterEach(() => vi.restoreAllMocks());

// https://www.w3.org/TR/trace-context-2/#considerations-for-trace-id-field-generation
describe('W3C Trace Context level 2, 5 considerations for trace-id field generation', () => {
  test('a trace that starts here has a valid traceparent, sampled and random', () => {
    const created = createTraceparent();

    expect(parseTraceparent(formatTraceparent(created))).toEqual(created);
    expect(created.traceFlags).toBe(0b11);
  });

  test('it is not sampled when it is not meant to be', () => {
    expect(createTraceparent({ sampled: false }).traceFlags).toBe(0b10);
  });

  test('trace-ids are unique', () => {
    const traceIds = new Set(Array.from({ length: 1000 }, () => createTraceparent().traceId));

    expect(traceIds.size).toBe(1000);
  });

  test('every digit of a trace-id is random', () => {
    const traceIds = Array.from({ length: 1000 }, () => createTraceparent().traceId);

    for (let position = 0; position < 32; position++) {
      // Of 1,000 random digits each of the 16 is missing with a probability of 1e-28.
      expect(new Set(traceIds.map((traceId) => traceId[position])).size).toBe(16);
    }
  });

  test('ids that are all zero are drawn again', () => {
    const drawn = vi.spyOn(crypto, 'getRandomValues').mockImplementationOnce((bytes) => bytes);

    const { traceId } = createTraceparent();

    expect(traceId).not.toBe('0'.repeat(32));
    expect(drawn).toHaveBeenCalledTimes(3);
  });
});

// https://www.w3.org/TR/trace-context-2/#mutating-the-traceparent-field
describe('W3C Trace Context level 2, 3.4 mutating the traceparent field', () => {
  test('a child updates the parent-id and keeps trace-id and flags', () => {
    for (const traceFlags of [0b00, 0b01, 0b10, 0b11]) {
      const parent = Object.freeze({ ...createTraceparent(), traceFlags });

      const child = childOf(parent);

      expect(child).toEqual({ ...parent, parentId: expect.stringMatching(/^[\da-f]{16}$/) });
      expect(child.parentId).not.toBe(parent.parentId);
    }
  });

  test('two children of one parent differ', () => {
    const parent = createTraceparent();

    expect(childOf(parent).parentId).not.toBe(childOf(parent).parentId);
  });
});
