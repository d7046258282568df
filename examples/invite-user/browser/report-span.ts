/// <reference lib="dom" />
import type { Traceparent } from '@clew/trace-context';

/** A span that has ended. */
export interface ReportedSpan {
  readonly name: string;
  /** Its `parentId` is the id of this span. */
  readonly traceparent: Traceparent;
  /** Since 1970. */
  readonly startMillis: number;
  readonly endMillis: number;
  /** The message of the error, if there was one. */
  readonly error: string | undefined;
}

const CLIENT = 3;
const ERROR = 2;
const RESOURCE = { attributes: [{ key: 'service.name', value: { stringValue: 'browser' } }] };

/**
 * Sends a root span to the collector that the page names, as OTLP/JSON. If that fails, the span is lost.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function reportSpan({ name, traceparent, startMillis, endMillis, error }: ReportedSpan): void {
  const span = {
    name,
    traceId: traceparent.traceId,
    spanId: traceparent.parentId,
    kind: CLIENT,
    startTimeUnixNano: toNanos(startMillis),
    endTimeUnixNano: toNanos(endMillis),
    status: error === undefined ? {} : { code: ERROR, message: error },
  };
  const resourceSpans = [{ resource: RESOURCE, scopeSpans: [{ scope: { name: 'invite-user' }, spans: [span] }] }];
  const collector = document.querySelector<HTMLMetaElement>('meta[name=collector]')?.content;
  void fetch(`${collector}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans }),
    keepalive: true, // goes out even if the page is being left
  }).catch(() => {});
}

function toNanos(millis: number): string {
  return `${Math.round(millis * 1000)}000`;
}
