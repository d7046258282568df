import {
  INVALID_SPANID,
  INVALID_TRACEID,
  SpanKind,
  type AttributeValue,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';

import { askCallback } from '@clew/diagnostics';
import { localRootOf, type ReadableSpan } from '@clew/spans/internal';

import { fieldLayout, type FieldLayout, type FieldNames, type FieldPreset } from './field-layout.ts';

/** Which fields a line gets, and what they are called. */
export interface TraceFieldsOptions {
  /** A preset, or names of one's own: those not given stay `trace_id` and so on. Default: `snake`. */
  readonly keys?: FieldPreset | Partial<FieldNames>;
  /** Id of the Google Cloud project, for the preset `gcp`. */
  readonly gcpProject?: string;
  /** Whether to add the id of the span's parent, where it has one. Default: false. */
  readonly parentId?: boolean;
  /** Resource attributes to add under their own names, e.g. `['service.name']`. Default: none. */
  readonly resource?: readonly string[];
  /**
   * Adds the name of the local root and these of its attributes as they are now, e.g. `['http.route', 'user.tier']`;
   * `[]` adds its name alone. Default: neither.
   */
  readonly localRoot?: readonly string[];
  /**
   * Whether to add `messaging.message.id` of the consumer span: of the active one, or of the local root. Default: false.
   */
  readonly messageId?: boolean;
  /** Asked for each line; without a yes it gets no fields. Default: every line gets them. */
  readonly when?: () => boolean;
}

/** The fields of one line, by the names they have on it. */
export type TraceFields = Record<string, AttributeValue>;

/** Fields of a logger, worked out once so that a line costs little. */
export interface FieldPlan {
  /** Names of the fields that identify the span. */
  readonly idNames: readonly string[];
  /** Names of all fields there may be. */
  readonly names: readonly string[];
  /** The fields of a span, as a new object; `undefined` if it has no valid ids. */
  fields(span: Span): TraceFields | undefined;
  /** The same as JSON for the middle of an object: `,"trace_id":"…"`. */
  json(span: Span): string | undefined;
}

/** One field: its name, and where its value comes from. */
interface Field {
  readonly name: string;
  /** `,"name":` */
  readonly jsonName: string;
  read(span: ReadableSpan, spanContext: SpanContext): AttributeValue;
}

const MESSAGE_ID = 'messaging.message.id';

/** @throws {FieldOptionsError} if the options are mistaken */
export function planFields(options: TraceFieldsOptions = {}): FieldPlan {
  const layout = fieldLayout(options.keys ?? 'snake', options.gcpProject);
  const ids = idFields(layout);
  const extras = extraFields(options, layout);
  const all = [...ids, ...extras];
  const { when } = options;
  const isOff = () => when !== undefined && !askCallback('the option when of trace fields', false, when);

  return {
    idNames: ids.map(({ name }) => name),
    names: all.map(({ name }) => name),

    fields(span: ReadableSpan) {
      const spanContext = span.spanContext();
      if (!hasIds(spanContext) || isOff()) return undefined;
      const fields: TraceFields = {};
      for (const { name, read } of all) {
        const value = read(span, spanContext);
        if (value !== undefined) fields[name] = value;
      }
      return fields;
    },

    json(span: ReadableSpan) {
      const spanContext = span.spanContext();
      if (!hasIds(spanContext) || isOff()) return undefined;
      let json = '';
      for (const { jsonName, read } of ids) {
        const value = read(span, spanContext);
        json += typeof value === 'string' ? `${jsonName}"${value}"` : `${jsonName}${String(value)}`; // nothing to escape
      }
      for (const { jsonName, read } of extras) {
        const value = read(span, spanContext);
        if (value !== undefined) json += jsonName + JSON.stringify(value);
      }
      return json;
    },
  };
}

/** No isSpanContextValid(): looking at each digit is a seventh of the cost of a log line, and ids of spans are hex. */
function hasIds({ traceId, spanId }: SpanContext): boolean {
  return traceId !== INVALID_TRACEID && spanId !== INVALID_SPANID;
}

function idFields({ names, writeTraceId, writeSpanId, writeFlags }: FieldLayout): Field[] {
  return [
    ...named(names.traceId, (_span, { traceId }) => writeTraceId(traceId)),
    ...named(names.spanId, (_span, { spanId }) => writeSpanId(spanId)),
    ...named(names.traceFlags, (_span, { traceFlags }) => writeFlags(traceFlags)),
  ];
}

function extraFields(options: TraceFieldsOptions, { names, writeSpanId }: FieldLayout): Field[] {
  const { parentId, resource, localRoot, messageId } = options;
  const parentOf = ({ parentSpanContext: parent }: ReadableSpan) => parent && writeSpanId(parent.spanId);
  return [
    ...(parentId ? named(names.parentId, parentOf) : []),
    ...(localRoot ? named(names.localRoot, (span) => localRootOf(span)?.name) : []),
    ...(localRoot ?? []).flatMap((name) => named(name, (span) => localRootOf(span)?.attributes?.[name])),
    ...(resource ?? []).flatMap((name) => named(name, (span) => resourceAttribute(span, name))),
    ...(messageId ? named(MESSAGE_ID, messageIdOf) : []),
  ];
}

/** No field where its name is left out. */
function named(name: string | false, read: Field['read']): Field[] {
  return name === false ? [] : [{ name, jsonName: `,${JSON.stringify(name)}:`, read }];
}

/** None while the resource still is being detected: the SDK would complain of each look. */
function resourceAttribute({ resource }: ReadableSpan, name: string): AttributeValue {
  return resource === undefined || resource.asyncAttributesPending ? undefined : resource.attributes[name];
}

function messageIdOf(span: ReadableSpan): AttributeValue {
  const consumer = span.kind === SpanKind.CONSUMER ? span : localRootOf(span);
  return consumer?.kind === SpanKind.CONSUMER ? consumer.attributes?.[MESSAGE_ID] : undefined;
}
