import type { Attributes } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';

import { writeAttributes } from './attribute-encoder.ts';
import { createProtobufWriter, DELIMITED, tagOf, VARINT, writeString, writeUint32 } from './protobuf-writer.ts';

const SCOPE_NAME = tagOf(1, DELIMITED);
const SCOPE_VERSION = tagOf(2, DELIMITED);
const SCOPE_ATTRIBUTES = tagOf(3, DELIMITED);
const SCOPE_DROPPED_ATTRIBUTES_COUNT = tagOf(4, VARINT);

const RESOURCE_ATTRIBUTES = tagOf(1, DELIMITED);
const RESOURCE_DROPPED_ATTRIBUTES_COUNT = tagOf(2, VARINT);

/** Beyond what any receiver accepts of a request. */
const MAX_BYTES = 2 ** 26;

/** Fields of a log record's scope that a span's scope lacks. */
type ScopeWithAttributes = InstrumentationScope & {
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
};

/**
 * The body of an OTLP `InstrumentationScope`. Its `schemaUrl` is a field of the message around it.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto
 */
export function encodeScope(scope: ScopeWithAttributes): Uint8Array {
  const writer = createProtobufWriter(MAX_BYTES);
  writeString(writer, SCOPE_NAME, scope.name);
  if (scope.version) writeString(writer, SCOPE_VERSION, scope.version);
  writeAttributes(writer, SCOPE_ATTRIBUTES, scope.attributes);
  if (scope.droppedAttributesCount) writeUint32(writer, SCOPE_DROPPED_ATTRIBUTES_COUNT, scope.droppedAttributesCount);
  return new Uint8Array(writer.buffer.subarray(0, writer.position));
}

/**
 * The body of an OTLP `Resource`: without those attributes that are still awaited. Its `schemaUrl` is a field of the
 * message around it.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/resource/v1/resource.proto
 */
export function encodeResource(resource: Resource): Uint8Array {
  const writer = createProtobufWriter(MAX_BYTES);
  writeAttributes(writer, RESOURCE_ATTRIBUTES, resource.attributes);
  writeUint32(writer, RESOURCE_DROPPED_ATTRIBUTES_COUNT, 0);
  return new Uint8Array(writer.buffer.subarray(0, writer.position));
}
