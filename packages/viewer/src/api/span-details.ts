import type { LogRecord } from '../log-record.ts';
import { spanLabel } from '../reading/span-label.ts';
import { serviceName } from '../resource.ts';
import type { SpanRecord } from '../span-record.ts';
import type { SpanDetails } from './answers.ts';
import { detailPairs } from './detail-value.ts';
import { inTimeOrder, logLineOf } from './log-line-of.ts';

/** All that is known of a span. @param logs the log records of the span */
export function spanDetails(span: SpanRecord, logs: readonly LogRecord[]): SpanDetails {
  const { traceId, spanId, parentSpanId, traceState, flags, name, kind, status, resource, scope } = span;
  const { attributes, events, links } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    ...(traceState !== undefined && { traceState }),
    ...(flags !== undefined && { flags }),
    label: spanLabel({ name, kind, attributes }),
    name,
    kind,
    service: serviceName(resource),
    startUnixNano: String(span.startTimeUnixNano),
    endUnixNano: String(span.endTimeUnixNano),
    status: { code: status.code, message: status.message ?? '' },
    attributes: detailPairs(attributes),
    droppedAttributes: span.droppedAttributesCount,
    events: events.map(({ timeUnixNano, name, attributes }) => ({
      timeUnixNano: String(timeUnixNano),
      name,
      attributes: detailPairs(attributes),
    })),
    droppedEvents: span.droppedEventsCount,
    links: links.map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: detailPairs(link.attributes),
    })),
    droppedLinks: span.droppedLinksCount,
    resource: detailPairs(resource.attributes),
    scope: { name: scope.name, version: scope.version },
    logs: inTimeOrder(logs).map(logLineOf),
  };
}
