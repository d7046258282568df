import { writeAttributes } from './attribute-encoder.ts';
import {
  DELIMITED,
  FIXED32,
  tagOf,
  writeEncoded,
  writeFixed32,
  writeString,
  type ProtobufWriter,
} from './protobuf-writer.ts';

/** Fields that become known after a span was encoded, when it is decided whether its trace is kept. */
export interface SpanAmendment {
  /** Replaces the `tracestate`. */
  readonly traceState?: string;
  /** Replaces the flags, which `otlpFlags` makes. */
  readonly flags?: number;
  /** Added to the attributes; for keys that the span does not have. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

const TRACE_STATE = tagOf(3, DELIMITED);
const ATTRIBUTES = tagOf(9, DELIMITED);
const FLAGS = tagOf(16, FIXED32);

/**
 * Appends the fields to the body of an OTLP `Span`: of a field that stands twice the last one counts, and entries of a
 * list are added.
 *
 * @returns a part of the writer's buffer, which its next use overwrites
 * @throws a `RecordTooLargeError`
 * @see https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */
export function amendProtobufSpan(span: Uint8Array, amendment: SpanAmendment, writer: ProtobufWriter): Buffer {
  writer.reset();
  writeEncoded(writer, span);
  if (amendment.traceState !== undefined) writeString(writer, TRACE_STATE, amendment.traceState);
  writeAttributes(writer, ATTRIBUTES, amendment.attributes);
  if (amendment.flags !== undefined) writeFixed32(writer, FLAGS, amendment.flags);
  return writer.buffer.subarray(0, writer.position);
}

interface JsonSpan {
  readonly attributes?: readonly object[];
}

/** The same in OTLP/JSON, where the span is written anew. */
export function amendJsonSpan(span: Uint8Array, { traceState, flags, attributes = {} }: SpanAmendment): Buffer {
  const json = JSON.parse(Buffer.from(span).toString()) as JsonSpan;
  const added = Object.entries(attributes).map(([key, value]) => ({ key, value: jsonValue(value) }));
  return Buffer.from(
    JSON.stringify({
      ...json,
      ...(traceState !== undefined && { traceState }),
      attributes: [...(json.attributes ?? []), ...added],
      ...(flags !== undefined && { flags }),
    }),
  );
}

/** @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
function jsonValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Number.isSafeInteger(value)) return { intValue: value };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}
