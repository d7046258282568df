import { QUEUES } from '../queue/queue-numbers.ts';
import type { EncodedSpanFacts } from './encoded-facts.ts';
import { readJsonResource, readJsonSpan } from './json-span-reader.ts';
import { readProtobufResource, readProtobufSpan } from './protobuf-span-reader.ts';

// Only what a thread adopts undecided is read back, so none of this belongs into the preload.

/** Reads back what a `SpanFormat` has encoded. */
export interface SpanReader {
  /**
   * Reads the facts of a span. The attributes are read when one is asked for: until then the bytes must stay as they are.
   *
   * @throws an `UnreadableError` for what is no span, and so does `attribute()`
   */
  readSpan(bytes: Uint8Array): EncodedSpanFacts;
  /**
   * Reads the attributes in the definition of a resource.
   *
   * @throws an `UnreadableError` for what is no such definition
   */
  readResourceAttributes(definition: Uint8Array): Record<string, unknown>;
}

/** Returns the reader for the spans of a queue; undefined for the queue of another signal. */
export function spanReader(queue: number): SpanReader | undefined {
  if (queue === QUEUES.spans) return { readSpan: readProtobufSpan, readResourceAttributes: readProtobufResource };
  if (queue === QUEUES.jsonSpans) return { readSpan: readJsonSpan, readResourceAttributes: readJsonResource };
  return undefined;
}
