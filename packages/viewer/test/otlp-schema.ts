import { create, createFileRegistry, type DescMessage, fromJson, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** OTLP's messages, as `number type name [union]`; `*` marks a list. Written from the published .proto files. */
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
    '1 string string_value value',
    '2 bool bool_value value',
    '3 int64 int_value value',
    '4 double double_value value',
    '5 ArrayValue array_value value',
    '6 KeyValueList kvlist_value value',
    '7 bytes bytes_value value',
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
  ExportMetricsServiceRequest: ['1 ResourceMetrics* resource_metrics'],
  ResourceMetrics: ['1 Resource resource', '2 ScopeMetrics* scope_metrics'],
  ScopeMetrics: ['1 Scope scope', '2 Metric* metrics'],
  Metric: [
    '1 string name',
    '2 string description',
    '3 string unit',
    '5 Gauge gauge data',
    '7 Sum sum data',
    '9 Histogram histogram data',
    '10 ExponentialHistogram exponential_histogram data',
    '11 Summary summary data',
    '12 KeyValue* metadata',
  ],
  Gauge: ['1 NumberDataPoint* data_points'],
  Sum: ['1 NumberDataPoint* data_points', '2 int32 aggregation_temporality', '3 bool is_monotonic'],
  Histogram: ['1 HistogramDataPoint* data_points', '2 int32 aggregation_temporality'],
  ExponentialHistogram: ['1 ExponentialHistogramDataPoint* data_points', '2 int32 aggregation_temporality'],
  Summary: ['1 SummaryDataPoint* data_points'],
  NumberDataPoint: [
    '7 KeyValue* attributes',
    '2 fixed64 start_time_unix_nano',
    '3 fixed64 time_unix_nano',
    '4 double as_double value',
    '6 sfixed64 as_int value',
    '5 Exemplar* exemplars',
    '8 uint32 flags',
  ],
  HistogramDataPoint: [
    '9 KeyValue* attributes',
    '2 fixed64 start_time_unix_nano',
    '3 fixed64 time_unix_nano',
    '4 fixed64 count',
    '5 double sum',
    '6 fixed64* bucket_counts',
    '7 double* explicit_bounds',
    '8 Exemplar* exemplars',
    '10 uint32 flags',
    '11 double min',
    '12 double max',
  ],
  ExponentialHistogramDataPoint: [
    '1 KeyValue* attributes',
    '2 fixed64 start_time_unix_nano',
    '3 fixed64 time_unix_nano',
    '4 fixed64 count',
    '5 double sum',
    '6 sint32 scale',
    '7 fixed64 zero_count',
    '8 Buckets positive',
    '9 Buckets negative',
    '10 uint32 flags',
    '11 Exemplar* exemplars',
    '12 double min',
    '13 double max',
    '14 double zero_threshold',
  ],
  Buckets: ['1 sint32 offset', '2 uint64* bucket_counts'],
  SummaryDataPoint: [
    '7 KeyValue* attributes',
    '2 fixed64 start_time_unix_nano',
    '3 fixed64 time_unix_nano',
    '4 fixed64 count',
    '5 double sum',
    '6 ValueAtQuantile* quantile_values',
    '8 uint32 flags',
  ],
  ValueAtQuantile: ['1 double quantile', '2 double value'],
  Exemplar: [
    '7 KeyValue* filtered_attributes',
    '2 fixed64 time_unix_nano',
    '3 double as_double value',
    '6 sfixed64 as_int value',
    '4 bytes span_id',
    '5 bytes trace_id',
  ],
};

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'otlp.proto',
    package: 'otlp',
    syntax: 'proto3',
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
      name,
      field: fields.map(fieldDescriptor),
      oneofDecl: fields.some((field) => unionOf(field) !== undefined) ? [{ name: 'union' }] : [],
    })),
  }),
  () => undefined,
);

/** Name of the union that the field is a member of. No message has two. */
function unionOf(field: string): string | undefined {
  return field.split(' ')[3];
}

function fieldDescriptor(field: string) {
  const [number, type, name] = field.split(' ') as [string, string, string];
  const messageName = type.replace('*', '');
  const scalar = Type[messageName.toUpperCase() as keyof typeof Type] as Type | undefined;
  return {
    name,
    jsonName: name.replace(/_./g, (match) => match.slice(1).toUpperCase()),
    number: Number(number),
    label: type.endsWith('*') ? Label.REPEATED : Label.OPTIONAL,
    ...(scalar === undefined ? { type: Type.MESSAGE, typeName: `.otlp.${messageName}` } : { type: scalar }),
    ...(unionOf(field) !== undefined && { oneofIndex: 0 }),
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
