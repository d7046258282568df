import { JsonLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';

import type { OtlpProtocol } from '../../sending/otlp-settings.ts';
import { jsonFormat } from './json-format.ts';
import { encodeLogRecord } from './log-encoder.ts';
import { protobufFormat } from './protobuf-format.ts';
import { QUEUES } from '../queue/queue-numbers.ts';
import type { SignalFormat } from './signal-format.ts';

export function logFormat(protocol: OtlpProtocol): SignalFormat<ReadableLogRecord> {
  if (protocol !== 'http/json') return protobufFormat(QUEUES.logs, encodeLogRecord);
  return jsonFormat<ReadableLogRecord>(QUEUES.jsonLogs, JsonLogsSerializer, {
    resources: 'resourceLogs',
    scopes: 'scopeLogs',
    items: 'logRecords',
  });
}
