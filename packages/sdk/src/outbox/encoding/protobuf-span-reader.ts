import { factsOf, MAX_DEPTH, type EncodedSpanFacts, type SpanFields } from './encoded-facts.ts';
import { asBuffer, numberOf, readFields } from './protobuf-reader.ts';
import { DELIMITED, FIXED32, FIXED64, VARINT } from './protobuf-writer.ts';

/**
 * Reads back the facts that `encodeSpan` has written, and what was added to them since.
 *
 * @throws an `UnreadableError` for what is no span
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function readProtobufSpan(bytes: Uint8Array): EncodedSpanFacts {
  const message = asBuffer(bytes);
  const span = {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    name: '',
    kind: 0,
    startTime: 0n,
    endTime: 0n,
    statusCode: 0,
    statusMessage: '',
    flags: 0,
    readAttributes: () => readAttributes(message, 0, message.length, ATTRIBUTES),
  };
  readFields(message, 0, message.length, (field, type, start, end) => {
    if (type === FIXED64 && field === 7) span.startTime = message.readBigUInt64LE(start);
    else if (type === FIXED64 && field === 8) span.endTime = message.readBigUInt64LE(start);
    else if (type === FIXED32 && field === 16) span.flags = message.readUInt32LE(start);
    else if (type === VARINT && field === 6) span.kind = numberOf(start, end);
    else if (type === DELIMITED) readDelimited(span, message, field, start, end);
  });
  return factsOf(span);
}

/**
 * Reads the attributes of the resource from the fields of `ResourceSpans` that stand beside the items.
 *
 * @throws an `UnreadableError` for what are no such fields
 */
export function readProtobufResource(definition: Uint8Array): Record<string, unknown> {
  const message = asBuffer(definition);
  let attributes: Attributes = new Map();
  readFields(message, 0, message.length, (field, type, start, end) => {
    if (field === 1 && type === DELIMITED) attributes = readAttributes(message, start, end, 1);
  });
  return toObject(attributes);
}

/** Values by key, each read when it is asked for. */
type Attributes = Map<string, () => unknown>;

const ATTRIBUTES = 9;

type Writable<Fields> = { -readonly [Field in keyof Fields]: Fields[Field] };

function readDelimited(span: Writable<SpanFields>, message: Buffer, field: number, start: number, end: number): void {
  if (field === 1) span.traceId = message.toString('hex', start, end);
  else if (field === 2) span.spanId = message.toString('hex', start, end);
  else if (field === 3) span.traceState = message.toString('utf8', start, end);
  else if (field === 4) span.parentSpanId = message.toString('hex', start, end);
  else if (field === 5) span.name = message.toString('utf8', start, end);
  else if (field === 15) {
    readFields(message, start, end, (number, type, from, to) => {
      if (number === 2 && type === DELIMITED) span.statusMessage = message.toString('utf8', from, to);
      if (number === 3 && type === VARINT) span.statusCode = numberOf(from, to);
    });
  }
}

/** Reads the list of `KeyValue` in a field. */
function readAttributes(message: Buffer, start: number, end: number, list: number, depth = 0): Attributes {
  const attributes: Attributes = new Map();
  readFields(message, start, end, (field, type, from, to) => {
    if (field !== list || type !== DELIMITED) return;
    let key = '';
    let valueStart = from;
    let valueEnd = from;
    readFields(message, from, to, (number, wireType, first, last) => {
      if (wireType !== DELIMITED) return;
      if (number === 1) key = message.toString('utf8', first, last);
      if (number === 2) [valueStart, valueEnd] = [first, last];
    });
    attributes.set(key, () => readAnyValue(message, valueStart, valueEnd, depth));
  });
  return attributes;
}

/** @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto */
function readAnyValue(message: Buffer, start: number, end: number, depth: number): unknown {
  let value: unknown = null;
  if (depth > MAX_DEPTH) return value;
  readFields(message, start, end, (field, type, from, to) => {
    if (type === VARINT && field === 2) value = from !== 0;
    else if (type === VARINT && field === 3) value = (to | 0) * 2 ** 32 + from;
    else if (type === FIXED64 && field === 4) value = message.readDoubleLE(from);
    else if (type !== DELIMITED) return;
    else if (field === 1) value = message.toString('utf8', from, to);
    else if (field === 5) value = readArray(message, from, to, depth + 1);
    else if (field === 6) value = toObject(readAttributes(message, from, to, 1, depth + 1));
    else if (field === 7) value = Buffer.from(message.subarray(from, to));
  });
  return value;
}

function readArray(message: Buffer, start: number, end: number, depth: number): unknown[] {
  const values: unknown[] = [];
  readFields(message, start, end, (field, type, from, to) => {
    if (field === 1 && type === DELIMITED) values.push(readAnyValue(message, from, to, depth));
  });
  return values;
}

const toObject = (attributes: Attributes): Record<string, unknown> =>
  Object.fromEntries(Array.from(attributes, ([key, read]) => [key, read()]));
