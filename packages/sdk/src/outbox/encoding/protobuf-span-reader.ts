import { factsOf, MAX_DEPTH, type EncodedSpanFacts } from './encoded-facts.ts';
import { asBuffer, fieldsOf, type ProtobufField } from './protobuf-reader.ts';

/**
 * Reads back the facts that `encodeSpan` has written, and what was added to them since.
 *
 * @throws an `UnreadableError` for what is no span
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function readProtobufSpan(bytes: Uint8Array): EncodedSpanFacts {
  const message = asBuffer(bytes);
  const fields = lastFieldsOf(message);
  const status = lastFieldsOf(bytesOf(fields.get(15)));
  return factsOf({
    traceId: bytesOf(fields.get(1)).toString('hex'),
    spanId: bytesOf(fields.get(2)).toString('hex'),
    traceState: textOf(fields.get(3)),
    parentSpanId: bytesOf(fields.get(4)).toString('hex'),
    name: textOf(fields.get(5)),
    kind: numberOf(fields.get(6)),
    startTime: fixedOf(fields.get(7)),
    endTime: fixedOf(fields.get(8)),
    readAttributes: () => readAttributes(message, 9),
    statusMessage: textOf(status.get(2)),
    statusCode: numberOf(status.get(3)),
    flags: Number(fixedOf(fields.get(16))),
  });
}

/**
 * Reads the attributes of the resource from the fields of `ResourceSpans` that stand beside the items.
 *
 * @throws an `UnreadableError` for what are no such fields
 */
export function readProtobufResource(definition: Uint8Array): Record<string, unknown> {
  const resource = bytesOf(lastFieldsOf(asBuffer(definition)).get(1));
  return Object.fromEntries(readAttributes(resource, 1));
}

type Value = ProtobufField['value'];

const NOTHING = Buffer.alloc(0);

/** Values by field number, without those of a list but the last. */
function lastFieldsOf(message: Buffer): Map<number, Value> {
  const fields = new Map<number, Value>();
  for (const { number, value } of fieldsOf(message)) fields.set(number, value);
  return fields;
}

/** Reads the list of `KeyValue` in a field. */
function readAttributes(message: Buffer, field: number, depth = 0): Map<string, unknown> {
  const attributes = new Map<string, unknown>();
  for (const { number, value } of fieldsOf(message)) {
    if (number !== field) continue;
    const pair = lastFieldsOf(bytesOf(value));
    attributes.set(textOf(pair.get(1)), readAnyValue(bytesOf(pair.get(2)), depth));
  }
  return attributes;
}

/** @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto */
function readAnyValue(message: Buffer, depth: number): unknown {
  let read: unknown = null;
  if (depth > MAX_DEPTH) return read;
  for (const { number, value } of fieldsOf(message)) {
    if (number === 1) read = textOf(value);
    else if (number === 2) read = numberOf(value) !== 0;
    else if (number === 3) read = typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : null;
    else if (number === 4) read = doubleOf(value);
    else if (number === 5) read = readArray(bytesOf(value), depth + 1);
    else if (number === 6) read = Object.fromEntries(readAttributes(bytesOf(value), 1, depth + 1));
    else if (number === 7) read = Buffer.from(bytesOf(value));
  }
  return read;
}

function readArray(message: Buffer, depth: number): unknown[] {
  const values: unknown[] = [];
  for (const { number, value } of fieldsOf(message)) if (number === 1) values.push(readAnyValue(bytesOf(value), depth));
  return values;
}

// A field of another type than it should have is as good as none.
const bytesOf = (value: Value | undefined): Buffer => (Buffer.isBuffer(value) ? value : NOTHING);
const textOf = (value: Value | undefined): string => bytesOf(value).toString();
const numberOf = (value: Value | undefined): number => (typeof value === 'bigint' ? Number(value) : 0);

function fixedOf(value: Value | undefined): bigint {
  const bytes = bytesOf(value);
  if (bytes.length === 8) return bytes.readBigUInt64LE();
  return bytes.length === 4 ? BigInt(bytes.readUInt32LE()) : 0n;
}

function doubleOf(value: Value): number | null {
  const bytes = bytesOf(value);
  return bytes.length === 8 ? bytes.readDoubleLE() : null;
}
