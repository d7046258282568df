import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { formatTraceparent, parseTraceparent } from './traceparent.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const VALID = `00-${TRACE_ID}-${PARENT_ID}-01`;

// https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values
describe('W3C Trace Context level 2, 3.2.2 traceparent header field values', () => {
  test('the value is version, trace-id, parent-id and trace-flags with dashes between them', () => {
    expect(parseTraceparent(VALID)).toEqual({ traceId: TRACE_ID, parentId: PARENT_ID, traceFlags: 1 });
  });

  test('every delimiter is a dash', () => {
    for (const position of [2, 35, 52]) {
      expect(parseTraceparent(`${VALID.slice(0, position)}_${VALID.slice(position + 1)}`)).toBeUndefined();
    }
  });

  test.each(['', '00', '00-', VALID.slice(0, 54), '00--', '-'.repeat(55)])(
    'a value without all its fields is ignored: %j',
    (value) => {
      expect(parseTraceparent(value)).toBeUndefined();
    },
  );
});

// https://www.w3.org/TR/trace-context-2/#version
describe('W3C Trace Context level 2, 3.2.2.1 version', () => {
  test('version ff is forbidden', () => {
    expect(parseTraceparent(`ff${VALID.slice(2)}`)).toBeUndefined();
  });

  test.each(['.0', '0.', '0A', 'CC', 'FF', '0', '000', '0000', ' 0', ''])(
    'a version that is not two lowercase hex digits is no version: %j',
    (version) => {
      expect(parseTraceparent(`${version}${VALID.slice(2)}`)).toBeUndefined();
    },
  );
});

// https://www.w3.org/TR/trace-context-2/#trace-id
describe('W3C Trace Context level 2, 3.2.2.3 trace-id', () => {
  test('all bytes as zero is an invalid trace-id', () => {
    expect(parseTraceparent(`00-${'0'.repeat(32)}-${PARENT_ID}-01`)).toBeUndefined();
  });

  test('one bit that is set makes a trace-id valid', () => {
    expect(parseTraceparent(`00-${'1'.padStart(32, '0')}-${PARENT_ID}-01`)).toBeDefined();
    expect(parseTraceparent(`00-${'8'.padEnd(32, '0')}-${PARENT_ID}-01`)).toBeDefined();
  });

  test('a trace-id has lowercase hex digits only', () => {
    forEachPosition(TRACE_ID, (traceId) => {
      expect(parseTraceparent(`00-${traceId}-${PARENT_ID}-01`)).toBeUndefined();
    });
  });

  test('a trace-id has 32 of them', () => {
    expect(parseTraceparent(`00-${TRACE_ID.slice(1)}-${PARENT_ID}-01`)).toBeUndefined();
    expect(parseTraceparent(`00-${TRACE_ID}0-${PARENT_ID}-01`)).toBeUndefined();
  });
});

// https://www.w3.org/TR/trace-context-2/#parent-id
describe('W3C Trace Context level 2, 3.2.2.4 parent-id', () => {
  test('all bytes as zero is an invalid parent-id', () => {
    expect(parseTraceparent(`00-${TRACE_ID}-${'0'.repeat(16)}-01`)).toBeUndefined();
  });

  test('a parent-id has lowercase hex digits only', () => {
    forEachPosition(PARENT_ID, (parentId) => {
      expect(parseTraceparent(`00-${TRACE_ID}-${parentId}-01`)).toBeUndefined();
    });
  });

  test('a parent-id has 16 of them', () => {
    expect(parseTraceparent(`00-${TRACE_ID}-${PARENT_ID.slice(1)}-01`)).toBeUndefined();
    expect(parseTraceparent(`00-${TRACE_ID}-${PARENT_ID}0-01`)).toBeUndefined();
  });
});

// https://www.w3.org/TR/trace-context-2/#trace-flags
describe('W3C Trace Context level 2, 3.2.2.5 trace-flags', () => {
  test.each(['.0', '0.', '0A', 'FF', '1', '001', '0g', '  '])(
    'trace-flags are two lowercase hex digits, which %j is not',
    (flags) => {
      expect(parseTraceparent(`00-${TRACE_ID}-${PARENT_ID}-${flags}`)).toBeUndefined();
    },
  );

  test('flags that are not defined are set to zero, those that are defined stay', () => {
    for (let flags = 0; flags <= 0xff; flags++) {
      const parsed = parseTraceparent(`00-${TRACE_ID}-${PARENT_ID}-${flags.toString(16).padStart(2, '0')}`);

      expect(parsed?.traceFlags).toBe(flags & 0b11);
    }
  });

  test('flags that are not defined are not written either, and the field has two digits', () => {
    for (let traceFlags = 0; traceFlags <= 0xff; traceFlags++) {
      const written = formatTraceparent({ traceId: TRACE_ID, parentId: PARENT_ID, traceFlags });

      expect(written).toBe(`00-${TRACE_ID}-${PARENT_ID}-0${traceFlags & 0b11}`);
    }
  });
});

// https://www.w3.org/TR/trace-context-2/#versioning-of-traceparent
describe('W3C Trace Context level 2, 3.2.4 versioning of traceparent', () => {
  test.each(['-', '-01', '-what-the-future-will-be-like', '.', ' ', '0', '\n', ','])(
    'version 00 ends after the flags, with no %j behind them',
    (rest) => {
      expect(parseTraceparent(VALID + rest)).toBeUndefined();
    },
  );

  test.each(['', '-', '-what-the-future-will-be-like', '-\u{1F9F6}'])(
    'of a higher version the known fields are used, whatever follows a dash: %j',
    (rest) => {
      const parsed = parseTraceparent(`cc${VALID.slice(2)}${rest}`);

      expect(parsed).toEqual({ traceId: TRACE_ID, parentId: PARENT_ID, traceFlags: 1 });
    },
  );

  test.each(['.what-the-future-will-be-like', '0', ' '])(
    'the flags of a higher version are at the end or followed by a dash, and not by %j',
    (rest) => {
      expect(parseTraceparent(`cc${VALID.slice(2)}${rest}`)).toBeUndefined();
    },
  );

  test('a higher version of less than 55 characters is not parsed', () => {
    expect(parseTraceparent(`cc${VALID.slice(2, 54)}`)).toBeUndefined();
  });

  test('what is written is version 00, also of a trace that came with a higher one', () => {
    const parsed = parseTraceparent(`fe${VALID.slice(2)}-more`);

    expect(parsed && formatTraceparent(parsed)).toBe(VALID);
  });
});

describe('properties of parseTraceparent', () => {
  const hex = (length: number) =>
    fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((id) => /[^0]/.test(id));
  const traceparents = fc.record({ traceId: hex(32), parentId: hex(16), traceFlags: fc.nat(3) });

  test('what is written is read back the same', () => {
    fc.assert(
      fc.property(traceparents, (traceparent) => {
        expect(parseTraceparent(formatTraceparent(traceparent))).toEqual(traceparent);
      }),
    );
  });

  test('one character replaced by any other never makes it throw, and never changes another field', () => {
    fc.assert(
      fc.property(fc.nat(54), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (position, character) => {
        const parsed = parseTraceparent(VALID.slice(0, position) + character + VALID.slice(position + 1));

        if (parsed === undefined) return;
        expect(formatTraceparent(parsed)).toHaveLength(55);
        if (position < 3 || position > 34) expect(parsed.traceId).toBe(TRACE_ID);
        if (position < 36 || position > 51) expect(parsed.parentId).toBe(PARENT_ID);
      }),
    );
  });

  test('nothing makes it throw, and what it accepts is what the grammar says', () => {
    const grammar = /^(?!ff|00[^]{54})[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-[^]*)?$/;
    const almost = fc
      .tuple(fc.stringMatching(/^[0-9a-fA-F]{1,3}$/), hex(32), hex(16), fc.stringMatching(/^[0-9a-f]{2}$/), fc.string())
      .map(([version, traceId, parentId, flags, more]) => `${version}-${traceId}-${parentId}-${flags}${more}`);
    const values = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), almost);

    fc.assert(
      fc.property(values, (value) => {
        const parsed = parseTraceparent(value as string);

        expect(parsed !== undefined).toBe(typeof value === 'string' && grammar.test(value));
      }),
      { numRuns: 5000 },
    );
  });
});

/** Calls `check` with `id` in all its variations that have one character which is no lowercase hex digit. */
function forEachPosition(id: string, check: (id: string) => void): void {
  for (let position = 0; position < id.length; position++) {
    for (const wrong of ['A', 'g', '.', ' ', '/', ':', '`', '\u0130', '\u{1F9F6}'[0]]) {
      check(id.slice(0, position) + wrong + id.slice(position + 1));
    }
  }
}
