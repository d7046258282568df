import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

import type { OtlpProtocol } from '../../sending/otlp-settings.ts';
import { serializeStrictly } from './strict-numbers.ts';
import { QUEUES } from '../queue/queue-numbers.ts';
import type { ResourcePart } from './request-parts.ts';
import type { SignalFormat } from './signal-format.ts';

const NOTHING = new Uint8Array();
/** A collection brings the scopes of its metrics itself. */
const NO_SCOPE: InstrumentationScope = { name: '' };

/**
 * Collections of metrics, each encoded whole by upstream's serializer: they are few, and complete with their resource.
 */
export function metricFormat(protocol: OtlpProtocol): SignalFormat<ResourceMetrics> {
  const isJson = protocol === 'http/json';
  const serializer = isJson ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  return {
    queue: isJson ? QUEUES.jsonMetrics : QUEUES.metrics,
    encode(metrics) {
      const serialize = (each: ResourceMetrics) => serializer.serializeRequest(each);
      if (isJson) return whole(insideOfList(serializeStrictly(metrics, serialize)));
      const request = serialize(metrics);
      if (request === undefined) throw new TypeError('the serializer gave nothing');
      return whole(Buffer.from(request));
    },
    scopeOf: () => NO_SCOPE,
    defineScope: () => NOTHING,
    defineResource: () => NOTHING,
    request: (parts) => (isJson ? jsonList(collectionsIn(parts)) : Buffer.concat(collectionsIn(parts))),
    readAnswer: (answer) => serializer.deserializeResponse(answer),
  };
}

const whole = (buffer: Buffer) => ({ buffer, length: buffer.length });

function collectionsIn(parts: readonly ResourcePart[]): Buffer[] {
  const items = parts.flatMap(({ scopes }) => Array.from(scopes, (scope) => scope.items).flat());
  return items.map(({ buffer, start, end }) => buffer.subarray(start, end));
}

/** Member in the list of a request that has one: `{"resourceMetrics":[…]}`. */
function insideOfList(json: Uint8Array): Buffer {
  const text = Buffer.from(json).toString();
  return Buffer.from(text.slice(text.indexOf('[') + 1, text.lastIndexOf(']')));
}

function jsonList(collections: readonly Buffer[]): Buffer {
  return Buffer.from(`{"resourceMetrics":[${collections.map(String).join(',')}]}`);
}
