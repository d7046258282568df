import { toUSVString } from 'node:util';

import { factsOf, MAX_DEPTH, type EncodedSpanFacts } from './encoded-facts.ts';
import { asBuffer, UnreadableError } from './protobuf-reader.ts';

/**
 * The same as `readProtobufSpan` in OTLP/JSON.
 *
 * @throws an `UnreadableError` for what is no object
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function readJsonSpan(bytes: Uint8Array): EncodedSpanFacts {
  const span = parse(asBuffer(bytes).toString());
  const status = objectOf(span['status']);
  return factsOf({
    traceId: textOf(span['traceId']),
    spanId: textOf(span['spanId']),
    traceState: textOf(span['traceState']),
    parentSpanId: textOf(span['parentSpanId']),
    name: textOf(span['name']),
    kind: numberOf(span['kind']),
    startTime: nanosOf(span['startTimeUnixNano']),
    endTime: nanosOf(span['endTimeUnixNano']),
    readAttributes: () => readAttributes(span['attributes']),
    statusMessage: textOf(status['message']),
    statusCode: numberOf(status['code']),
    flags: numberOf(span['flags']),
  });
}

/**
 * Reads the attributes of the resource from the members of `ResourceSpans` that stand beside the items.
 *
 * @throws an `UnreadableError` for what are no such members
 */
export function readJsonResource(definition: Uint8Array): Record<string, unknown> {
  const { resource } = parse(`{${asBuffer(definition).toString()}}`);
  return toObject(readAttributes(objectOf(resource)['attributes']));
}

type JsonObject = Readonly<Record<string, unknown>>;

function parse(text: string): JsonObject {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    throw new UnreadableError('it is no JSON');
  }
}

function readAttributes(list: unknown, depth = 0): Map<string, () => unknown> {
  const pairs = listOf(list).map(objectOf);
  return new Map(pairs.map(({ key, value }) => [textOf(key), () => readAnyValue(objectOf(value), depth)]));
}

function readAnyValue(value: JsonObject, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (stringValue !== undefined) return textOf(stringValue);
  if (boolValue !== undefined) return boolValue === true;
  const number = intValue ?? doubleValue;
  if (number !== undefined) return Number(number); // one that is not finite, or of 64 bits, is a text
  if (arrayValue !== undefined) {
    return listOf(objectOf(arrayValue)['values']).map((each) => readAnyValue(objectOf(each), depth + 1));
  }
  if (kvlistValue !== undefined) {
    return toObject(readAttributes(objectOf(kvlistValue)['values'], depth + 1));
  }
  return typeof bytesValue === 'string' ? Buffer.from(bytesValue, 'base64') : null;
}

const toObject = (attributes: Map<string, () => unknown>): Record<string, unknown> =>
  Object.fromEntries(Array.from(attributes, ([key, read]) => [key, read()]));

// A member of another type than it should have is as good as none.
const objectOf = (value: unknown): JsonObject => (typeof value === 'object' && value !== null ? { ...value } : {});
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** Halves of surrogate pairs are replaced, as in protobuf. */
const textOf = (value: unknown): string => (typeof value === 'string' ? toUSVString(value) : '');
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Numbers of 64 bits are decimal digits in a text. */
function nanosOf(value: unknown): bigint {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : 0n;
}
