import { create, createFileRegistry, type DescMessage, fromJson, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** OTLP's messages, as `number type name`; `*` marks a list. Written from the published .proto files. */
const MESSAGES: Record<string, string[]> = {
  ExportTraceServiceRequest: ['1 ResourceSpans* resource_spans'],
  ResourceSpans: ['1 Resource resource', '2 ScopeSpans* scope_spans', '3 string schema_url'],
  ScopeSpans: ['1 Scope scope', '2 Span* spans', '3 string schema_url'],
  Resource: ['1 KeyValue* attributes', '2 uint32 dropped_attributes_count'],
  Scope: ['1 string name', '2 string version', '3 KeyValue* attributes', '4 uint32 dropped_attributes_count'],
  Span: [
    '1 bytes trace_id',
    '2 bytes span_id',
    '3 string trace_state',
    '4 bytes parent_span_id',
    '16 fixed32 flags',
    '5 string name',
    '6 int32 kind',
    '7 fixed64 start_time_unix_nano',
    '8 fixed64 end_time_unix_nano',
    '9 KeyValue* attributes',
    '10 uint32 dropped_attributes_count',
    '11 Event* events',
    '12 uint32 dropped_events_count',
    '13 Link* links',
    '14 uint32 dropped_links_count',
    '15 Status status',
  ],
  Event: ['1 fixed64 time_unix_nano', '2 string name', '3 KeyValue* attributes', '4 uint32 dropped_attributes_count'],
  Link: [
    '1 bytes trace_id',
    '2 bytes span_id',
    '3 string trace_state',
    '4 KeyValue* attributes',
    '5 uint32 dropped_attributes_count',
    '6 fixed32 flags',
  ],
  Status: ['2 string message', '3 int32 code'],
  KeyValue: ['1 string key', '2 AnyValue value'],
  AnyValue: [
    '1 string string_value',
    '2 bool bool_value',
    '3 int64 int_value',
    '4 double double_value',
    '5 ArrayValue array_value',
    '6 KeyValueList kvlist_value',
    '7 bytes bytes_value',
  ],
  ArrayValue: ['1 AnyValue* values'],
  KeyValueList: ['1 KeyValue* values'],
  ExportLogsServiceRequest: ['1 ResourceLogs* resource_logs'],
  ResourceLogs: ['1 Resource resource', '2 ScopeLogs* scope_logs'],
  ScopeLogs: ['1 Scope scope', '2 LogRecord* log_records'],
  LogRecord: [
    '1 fixed64 time_unix_nano',
    '11 fixed64 observed_time_unix_nano',
    '2 int32 severity_number',
    '3 string severity_text',
    '5 AnyValue body',
    '6 KeyValue* attributes',
    '7 uint32 dropped_attributes_count',
    '8 fixed32 flags',
    '9 bytes trace_id',
    '10 bytes span_id',
    '12 string event_name',
  ],
};

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'otlp.proto',
    package: 'otlp',
    syntax: 'proto3',
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
      name,
      field: fields.map((field) => fieldDescriptor(field, name === 'AnyValue')),
      oneofDecl: name === 'AnyValue' ? [{ name: 'value' }] : [],
    })),
  }),
  () => undefined,
);

function fieldDescriptor(field: string, inOneof: boolean) {
  const [number, type, name] = field.split(' ') as [string, string, string];
  const scalar = Type[type.toUpperCase() as keyof typeof Type] as Type | undefined;
  const messageName = type.replace('*', '');
  return {
    name,
    jsonName: name.replace(/_./g, (match) => match.slice(1).toUpperCase()),
    number: Number(number),
    label: type.endsWith('*') ? Label.REPEATED : Label.OPTIONAL,
    ...(scalar === undefined ? { type: Type.MESSAGE, typeName: `.otlp.${messageName}` } : { type: scalar }),
    ...(inOneof && { oneofIndex: 0 }),
  };
}

export function schemaOf(message: string): DescMessage {
  return registry.getMessage(`otlp.${message}`) as DescMessage;
}

/** OTLP/JSON writes ids in hex where protobuf's own JSON has base64. */
export function encode(message: string, request: Json): Uint8Array {
  const schema = schemaOf(message);
  return toBinary(schema, fromJson(schema, idsInBase64(request) as never));
}

const idsInBase64 = (json: Json) => withIds(json, 'hex', 'base64');

export const idsInHex = (json: Json): Json => withIds(json, 'base64', 'hex');

function withIds(json: Json, from: BufferEncoding, to: BufferEncoding): Json {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((each) => withIds(each, from, to));
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [
      key,
      /^(traceId|spanId|parentSpanId)$/.test(key)
        ? Buffer.from(value as string, from).toString(to)
        : withIds(value, from, to),
    ]),
  );
}
