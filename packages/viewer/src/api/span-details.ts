import type { LogRecord } from '../log-record.ts';
import { inTimeOrder } from '../reading/log-facts.ts';
import { withSender } from '../reading/log-sender.ts';
import { spanLabel } from '../reading/span-label.ts';
import { serviceName } from '../resource.ts';
import type { SpanEvent, SpanLink, SpanRecord } from '../span-record.ts';
import type { EventDetails, LinkDetails, SpanDetails } from './answers.ts';
import { detailPairs } from './detail-value.ts';
import { logLineOf } from './log-line-of.ts';

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
    events: events.map(eventDetails),
    droppedEvents: span.droppedEventsCount,
    links: links.map(linkDetails),
    droppedLinks: span.droppedLinksCount,
    resource: detailPairs(resource.attributes),
    scope: { name: scope.name, version: scope.version },
    logs: inTimeOrder(logs).map((log) => logLineOf(withSender(log, () => span))),
  };
}

function eventDetails({ timeUnixNano, name, attributes }: SpanEvent): EventDetails {
  return { timeUnixNano: String(timeUnixNano), name, attributes: detailPairs(attributes) };
}

function linkDetails({ traceId, spanId, attributes }: SpanLink): LinkDetails {
  return { traceId, spanId, attributes: detailPairs(attributes) };
}
