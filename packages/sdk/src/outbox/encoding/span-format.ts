import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import type { OtlpProtocol } from '../../sending/otlp-settings.ts';
import { jsonFormat } from './json-format.ts';
import { protobufFormat } from './protobuf-format.ts';
import { QUEUES } from '../queue/queue-numbers.ts';
import type { SignalFormat } from './signal-format.ts';
import { encodeSpan } from './span-encoder.ts';

export function spanFormat(protocol: OtlpProtocol): SignalFormat<ReadableSpan> {
  if (protocol !== 'http/json') return protobufFormat(QUEUES.spans, encodeSpan, ProtobufTraceSerializer);
  return jsonFormat<ReadableSpan>(QUEUES.jsonSpans, JsonTraceSerializer, {
    resources: 'resourceSpans',
    scopes: 'scopeSpans',
    items: 'spans',
  });
}
