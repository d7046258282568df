import type { Link, SpanContext, SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';

import { AttributeWriter, writeAttributes } from './attribute-encoder.ts';
import { isSpanId, isTraceId, writeSpanId, writeTraceId } from './hex-id.ts';
import {
  closeMessage,
  DELIMITED,
  FIXED32,
  FIXED64,
  openMessage,
  type ProtobufWriter,
  tagOf,
  VARINT,
  writeFixed32,
  writeString,
  writeUint32,
} from './protobuf-writer.ts';
import { RecordTooLargeError } from './record-too-large-error.ts';
import { writeUnixNano } from './unix-nano.ts';
import { redactAround, redactOrWithhold } from '../../redaction/redact-spans.ts';
import type { Redactor } from '../../redaction/redactor.ts';

const TRACE_ID = tagOf(1, DELIMITED);
const SPAN_ID = tagOf(2, DELIMITED);
const TRACE_STATE = tagOf(3, DELIMITED);
const PARENT_SPAN_ID = tagOf(4, DELIMITED);
const NAME = tagOf(5, DELIMITED);
const KIND = tagOf(6, VARINT);
const START_TIME = tagOf(7, FIXED64);
const END_TIME = tagOf(8, FIXED64);
const ATTRIBUTES = tagOf(9, DELIMITED);
const DROPPED_ATTRIBUTES_COUNT = tagOf(10, VARINT);
const EVENTS = tagOf(11, DELIMITED);
const DROPPED_EVENTS_COUNT = tagOf(12, VARINT);
const LINKS = tagOf(13, DELIMITED);
const DROPPED_LINKS_COUNT = tagOf(14, VARINT);
const STATUS = tagOf(15, DELIMITED);
const FLAGS = tagOf(16, FIXED32);

const EVENT_TIME = tagOf(1, FIXED64);
const EVENT_NAME = tagOf(2, DELIMITED);
const EVENT_ATTRIBUTES = tagOf(3, DELIMITED);
const EVENT_DROPPED_ATTRIBUTES_COUNT = tagOf(4, VARINT);

const LINK_TRACE_ID = tagOf(1, DELIMITED);
const LINK_SPAN_ID = tagOf(2, DELIMITED);
const LINK_TRACE_STATE = tagOf(3, DELIMITED);
const LINK_ATTRIBUTES = tagOf(4, DELIMITED);
const LINK_DROPPED_ATTRIBUTES_COUNT = tagOf(5, VARINT);
const LINK_FLAGS = tagOf(6, FIXED32);

const STATUS_MESSAGE = tagOf(2, DELIMITED);
const STATUS_CODE = tagOf(3, VARINT);

const TRACE_FLAGS = 0xff;
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

const plain = new AttributeWriter(ATTRIBUTES); // a second copy of this module remembers what it has written

/**
 * Writes the body of an OTLP `Span`, without its tag and length: the bytes that OpenTelemetry's serializer writes. Where
 * that throws, the span goes out with what is sound in it: `unknown` for a name that is no text, zero for a time that is
 * none, and a link that leads nowhere counts as dropped.
 *
 * @throws a `RecordTooLargeError`, or what a getter of the span throws; a `TypeError` when the span has no proper ids
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export function encodeSpan(span: ReadableSpan, writer: ProtobufWriter, attributes: AttributeWriter = plain): void {
  const context = span.spanContext();
  const parent = span.parentSpanContext;
  writeTraceId(writer, TRACE_ID, context.traceId);
  writeSpanId(writer, SPAN_ID, context.spanId);
  writeTraceState(writer, TRACE_STATE, context);
  if (parent?.spanId) writeSpanId(writer, PARENT_SPAN_ID, parent.spanId);
  writeName(writer, NAME, span.name);
  writeKind(writer, span.kind);
  writeUnixNano(writer, START_TIME, span.startTime);
  writeUnixNano(writer, END_TIME, span.endTime);
  attributes.write(writer, span.attributes);
  writeUint32(writer, DROPPED_ATTRIBUTES_COUNT, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(writer, event);
  writeUint32(writer, DROPPED_EVENTS_COUNT, span.droppedEventsCount);
  const droppedLinks = writeLinks(writer, span.links);
  writeUint32(writer, DROPPED_LINKS_COUNT, span.droppedLinksCount + droppedLinks);
  writeStatus(writer, span.status);
  writeFlags(writer, FLAGS, context.traceFlags, parent?.isRemote);
}

/**
 * Creates an encoder that redacts each span where it is, as it writes it: to look at the attributes twice takes longer. A span
 * that cannot be redacted loses what it says.
 */
export function redactingEncoder(redactor: Redactor): typeof encodeSpan {
  const attributes = new AttributeWriter(ATTRIBUTES, redactor);
  return (span, writer) => {
    try {
      redactAround(span, redactor);
      encodeSpan(span, writer, attributes);
    } catch (error) {
      redactOrWithhold(span, redactor); // others read it after us
      if (error instanceof RecordTooLargeError) throw error;
      writer.reset();
      encodeSpan(span, writer);
    }
  };
}

function writeEvent(writer: ProtobufWriter, event: TimedEvent): void {
  const start = openMessage(writer, EVENTS);
  writeUnixNano(writer, EVENT_TIME, event.time);
  writeName(writer, EVENT_NAME, event.name);
  writeAttributes(writer, EVENT_ATTRIBUTES, event.attributes);
  writeUint32(writer, EVENT_DROPPED_ATTRIBUTES_COUNT, event.droppedAttributesCount ?? 0);
  closeMessage(writer, start);
}

/** Returns how many were left out: one link with ids that are none would have receivers refuse the whole request. */
function writeLinks(writer: ProtobufWriter, links: readonly Link[]): number {
  let left = 0;
  for (const link of links) {
    if (isTraceId(link.context?.traceId) && isSpanId(link.context.spanId)) writeLink(writer, link);
    else left += 1;
  }
  return left;
}

function writeLink(writer: ProtobufWriter, { context, attributes, droppedAttributesCount = 0 }: Link): void {
  const start = openMessage(writer, LINKS);
  writeTraceId(writer, LINK_TRACE_ID, context.traceId);
  writeSpanId(writer, LINK_SPAN_ID, context.spanId);
  writeTraceState(writer, LINK_TRACE_STATE, context);
  writeAttributes(writer, LINK_ATTRIBUTES, attributes);
  writeUint32(writer, LINK_DROPPED_ATTRIBUTES_COUNT, droppedAttributesCount);
  writeFlags(writer, LINK_FLAGS, context.traceFlags, context.isRemote);
  closeMessage(writer, start);
}

function writeStatus(writer: ProtobufWriter, { code, message }: SpanStatus): void {
  const start = openMessage(writer, STATUS);
  if (message) writeString(writer, STATUS_MESSAGE, message);
  writeUint32(writer, STATUS_CODE, code);
  closeMessage(writer, start);
}

/** OTLP counts kinds from 1: zero is one that is not known. */
function writeKind(writer: ProtobufWriter, kind: number): void {
  if (Number.isInteger(kind) && kind >= 0) writeUint32(writer, KIND, kind + 1);
}

function writeName(writer: ProtobufWriter, tag: number, name: string): void {
  writeString(writer, tag, typeof name === 'string' ? name : 'unknown');
}

function writeTraceState(writer: ProtobufWriter, tag: number, { traceState }: SpanContext): void {
  if (traceState === undefined) return;
  if (traceState !== lastState) {
    lastText = traceState.serialize?.() ?? '';
    lastState = traceState;
  }
  if (lastText) writeString(writer, tag, lastText);
}

// Trace states do not change, and all spans of a trace have the same. A second copy of this module writes them once more.
let lastState: SpanContext['traceState'];
let lastText = '';

function writeFlags(writer: ProtobufWriter, tag: number, traceFlags: number, isRemote: boolean | undefined): void {
  writeFixed32(writer, tag, otlpFlags(traceFlags, isRemote));
}

/** The flags of a span or link in OTLP: its W3C trace flags, and that it is known whether the parent is remote. */
export function otlpFlags(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & TRACE_FLAGS) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0);
}
