import type { StoredRecord } from '../queue/chunk.ts';
import type { ResourcePart } from './request-parts.ts';

/** The tags of OTLP's envelope, all length-delimited; the same for traces and logs. */
const RESOURCE_SPANS = 0x0a; // field 1 of a request
const SCOPE_SPANS = 0x12; // field 2 of its ResourceSpans
const SPAN = 0x12; // field 2 of its ScopeSpans

interface Sized<Part> {
  readonly part: Part;
  readonly length: number;
}

/**
 * Puts encoded items into an `ExportTraceServiceRequest` or `ExportLogsServiceRequest`. The definitions are the fields
 * that stand beside the items: of `ResourceSpans` the resource and its schema, of `ScopeSpans` the scope and its.
 *
 * @param resource for items whose own is not known
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function protobufRequest(parts: readonly ResourcePart[], resource: Uint8Array): Buffer {
  const resources = parts.map((part) => {
    const definition = part.definition ?? whole(resource);
    const scopes = [...part.scopes].map((scope) => {
      const items = scope.items.reduce((sum, item) => sum + framedLength(lengthOf(item)), 0);
      return { part: scope, length: lengthOf(scope.definition) + items };
    });
    const length = scopes.reduce((sum, scope) => sum + framedLength(scope.length), lengthOf(definition));
    return { part: { definition, scopes }, length };
  });

  const request = Buffer.allocUnsafe(resources.reduce((sum, { length }) => sum + framedLength(length), 0));
  let at = 0;
  const open = (tag: number, length: number) => (at = writePrefix(request, at, tag, length));
  const copy = ({ buffer, start, end }: Bytes) => (at += buffer.copy(request, at, start, end));
  for (const { part, length } of resources) {
    open(RESOURCE_SPANS, length);
    copy(part.definition);
    for (const scope of part.scopes) writeScope(scope);
  }
  return request;

  function writeScope({ part, length }: Sized<{ definition: Bytes; items: readonly Bytes[] }>): void {
    open(SCOPE_SPANS, length);
    copy(part.definition);
    for (const item of part.items) {
      open(SPAN, lengthOf(item));
      copy(item);
    }
  }
}

type Bytes = Pick<StoredRecord, 'buffer' | 'start' | 'end'>;

const lengthOf = ({ start, end }: Bytes): number => end - start;

const whole = (bytes: Uint8Array): Bytes => ({
  buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  start: 0,
  end: bytes.byteLength,
});

/** With its tag and its length before it. */
const framedLength = (length: number): number => 1 + varintLength(length) + length;

function varintLength(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes += 1;
  return bytes;
}

function writePrefix(target: Buffer, start: number, tag: number, length: number): number {
  let at = start;
  target[at++] = tag;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}
