import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { mockOtlpServerFolder } from './mock-otlp-server.ts';
import type { Message } from './spans-in.ts';
import { parseTextFormat, type TextMessage, type TextValue } from './text-format.ts';

const SERVICE = 'opentelemetry/proto/collector/trace/v1/trace_service.proto';
const REQUEST = 'opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest';

/** Facts about a field that the text format does not tell: that it repeats, that its bytes are no text. */
const REPEATED = new Set(['resourceSpans', 'scopeSpans', 'spans', 'attributes', 'events', 'links', 'values']);
const BYTES = new Set(['traceId', 'spanId', 'parentSpanId', 'bytesValue']);
const ENUMS: Readonly<Record<string, number>> = {
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
};

/**
 * Decodes the body of a request for traces with the reference implementation of protobuf and OTLP's own definitions.
 *
 * @throws if protoc cannot decode it, or finds fields that OTLP does not have
 */
export async function decodeWithProtoc(body: Buffer): Promise<Message> {
  const protos = await mockOtlpServerFolder();
  const protoc = spawn('protoc', ['-I', protos, `--decode=${REQUEST}`, SERVICE], {
    cwd: protos,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  protoc.stdin.end(body);
  const [printed, [code]] = await Promise.all([text(protoc.stdout), once(protoc, 'close')]);
  if (code !== 0) throw new Error(`protoc ended with ${code}`);
  return messageOf(parseTextFormat(printed));
}

function messageOf(message: TextMessage): Message {
  return Object.fromEntries(Object.entries(message).map(([name, values = []]) => fieldOf(name, values)));
}

function fieldOf(name: string, values: readonly TextValue[]): [name: string, value: unknown] {
  if (/^\d/.test(name)) throw new Error(`OTLP has no field ${name} there`);
  const camel = name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const all = values.map((value) => valueOf(camel, value));
  return [camel, REPEATED.has(camel) ? all : all[0]];
}

function valueOf(name: string, value: TextValue): unknown {
  if (Buffer.isBuffer(value)) return BYTES.has(name) ? value : value.toString();
  return typeof value === 'string' ? (ENUMS[value] ?? value) : messageOf(value);
}
