import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readProtobufAnswer } from './protobuf-answer.ts';

const utf8 = (text: string) => [...new TextEncoder().encode(text)];

function varint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)];
}
const delimited = (field: number, bytes: readonly number[]) => [
  field * 8 + 2,
  ...varint(BigInt(bytes.length)),
  ...bytes,
];

test('an answer says how many items were rejected, and why', () => {
  const partial = [8, ...varint(300n), ...delimited(2, utf8('zu groß'))];

  const answer = readProtobufAnswer(Uint8Array.from(delimited(1, partial)));

  expect(answer).toEqual({ partialSuccess: { rejected: 300, errorMessage: 'zu groß' } });
});

test('fields that a later version of the protocol adds are skipped', () => {
  const later = [9 * 8 + 1, ...Array<number>(8).fill(0), 10 * 8 + 5, 0, 0, 0, 0, ...delimited(11, [1, 2])];

  expect(readProtobufAnswer(Uint8Array.from([...later, ...delimited(1, [8, 7, ...later])]))).toEqual({
    partialSuccess: { rejected: 7 },
  });
});

test("every answer is read as upstream's serializer reads it", () => {
  const rejected = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((count) => [8, ...varint(count)]);
  const message = fc.string({ unit: 'binary' }).map((text) => delimited(2, utf8(text)));
  const other = fc.uint8Array({ maxLength: 200 }).map((bytes) => delimited(5, [...bytes]));
  const partial = fc.array(fc.oneof(rejected, message, other), { maxLength: 3 }).map((parts) => parts.flat());
  const whole = fc.array(
    fc.oneof(
      partial.map((bytes) => delimited(1, bytes)),
      other,
    ),
    { maxLength: 3 },
  );

  fc.assert(
    fc.property(
      whole.map((parts) => Uint8Array.from(parts.flat())),
      (bytes) => {
        expect(readProtobufAnswer(bytes)).toEqual(upstream(bytes));
      },
    ),
    { numRuns: 1000 },
  );
});

test('what is no answer is refused by a RangeError, or taken for one', () => {
  const noise = fc.uint8Array({ maxLength: 100 });

  fc.assert(
    fc.property(noise, (bytes) => {
      try {
        expect(readProtobufAnswer(bytes)).toBeTypeOf('object');
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 1000 },
  );
});

function upstream(bytes: Uint8Array): unknown {
  const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(bytes);
  if (partialSuccess === undefined) return {};
  const { rejectedSpans, errorMessage } = partialSuccess;
  return {
    partialSuccess: {
      ...(rejectedSpans !== undefined && { rejected: rejectedSpans }),
      ...(errorMessage !== undefined && { errorMessage }),
    },
  };
}
