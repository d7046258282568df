import type { InstrumentationScope } from '@opentelemetry/core';

import { MAX_REQUEST_BYTES } from '../queue/max-request-bytes.ts';
import {
  createProtobufWriter,
  DELIMITED,
  tagOf,
  writeBytes,
  writeString,
  type ProtobufWriter,
} from './protobuf-writer.ts';
import { readProtobufAnswer } from './protobuf-answer.ts';
import { protobufRequest } from './protobuf-request.ts';
import { encodeResource, encodeScope } from './scope-encoder.ts';
import type { SignalFormat } from './signal-format.ts';

// Of `ResourceSpans` and `ScopeSpans`, and likewise of logs.
const DESCRIPTION = tagOf(1, DELIMITED);
const SCHEMA_URL = tagOf(3, DELIMITED);

/** Leaves room in a request for the scope and the resource of an item that fills it. */
const MAX_ITEM_BYTES = MAX_REQUEST_BYTES - 256 * 1024;

/** OTLP in protobuf, by our own encoder of one signal's items. */
export function protobufFormat<Item extends { readonly instrumentationScope: InstrumentationScope }>(
  queue: number,
  encode: (item: Item, writer: ProtobufWriter) => void,
): SignalFormat<Item> {
  const shared = createProtobufWriter(MAX_ITEM_BYTES);
  let isWriting = false;

  function write(item: Item, writer: ProtobufWriter): { readonly buffer: Buffer; readonly length: number } {
    writer.reset();
    encode(item, writer);
    return { buffer: writer.buffer, length: writer.position };
  }

  return {
    queue,
    encode(item) {
      if (isWriting) return write(item, createProtobufWriter(MAX_ITEM_BYTES)); // a getter of another item recorded it
      isWriting = true;
      try {
        return write(item, shared);
      } finally {
        isWriting = false;
      }
    },
    scopeOf: ({ instrumentationScope }) => instrumentationScope,
    defineScope: (scope) => define(encodeScope(scope), scope.schemaUrl),
    defineResource: (resource) => define(encodeResource(resource), resource.schemaUrl),
    request: protobufRequest,
    readAnswer: readProtobufAnswer,
  };
}

function define(description: Uint8Array, schemaUrl: string | undefined): Uint8Array {
  const writer = createProtobufWriter(MAX_REQUEST_BYTES);
  writeBytes(writer, DESCRIPTION, description);
  if (schemaUrl) writeString(writer, SCHEMA_URL, schemaUrl);
  return new Uint8Array(writer.buffer.subarray(0, writer.position));
}
