import type { FoundAttributes, FoundSpan, FoundValue } from './found-span.ts';

/**
 * A message of OTLP as one decoder or another gives it: fields in camel case, ids as bytes or hex, 64-bit integers as
 * text, number or an object that prints itself.
 */
export type Message = Readonly<Record<string, unknown>>;

/** The spans of an `ExportTraceServiceRequest`, in one shape whichever decoder read it. */
export function spansIn(request: Message): FoundSpan[] {
  return list(request['resourceSpans']).flatMap((ofResource) => {
    const resource = attributesOf(message(ofResource['resource']));
    return list(ofResource['scopeSpans']).flatMap((ofScope) => {
      const { name, version } = message(ofScope['scope']);
      const scope = { name: text(name), version: text(version) };
      return list(ofScope['spans']).map((span) => ({ ...spanOf(span), scope, resource }));
    });
  });
}

function spanOf(span: Message): Omit<FoundSpan, 'scope' | 'resource'> {
  const status = message(span['status']);
  return {
    traceId: id(span['traceId']),
    spanId: id(span['spanId']),
    parentSpanId: id(span['parentSpanId']),
    traceState: text(span['traceState']),
    flags: number(span['flags']),
    name: text(span['name']),
    kind: number(span['kind']),
    startTimeUnixNano: integer(span['startTimeUnixNano']),
    endTimeUnixNano: integer(span['endTimeUnixNano']),
    attributes: attributesOf(span),
    droppedAttributesCount: number(span['droppedAttributesCount']),
    events: list(span['events']).map((event) => ({
      name: text(event['name']),
      timeUnixNano: integer(event['timeUnixNano']),
      attributes: attributesOf(event),
    })),
    links: list(span['links']).map((link) => ({
      traceId: id(link['traceId']),
      spanId: id(link['spanId']),
      traceState: text(link['traceState']),
      flags: number(link['flags']),
      attributes: attributesOf(link),
    })),
    status: { code: number(status['code']), message: text(status['message']) },
  };
}

function attributesOf(owner: Message): FoundAttributes {
  return mapOf(list(owner['attributes']));
}

function mapOf(keyValues: readonly Message[]): FoundAttributes {
  const entries = keyValues.map(({ key, value }) => [text(key), valueOf(message(value))] as const);
  return Object.fromEntries(entries);
}

function valueOf(value: Message): FoundValue {
  const kind = Object.keys(value).find((key) => value[key] !== undefined && value[key] !== null);
  switch (kind) {
    case 'stringValue':
      return text(value[kind]);
    case 'boolValue':
      return value[kind] === true || value[kind] === 'true';
    case 'intValue':
      return Number(integer(value[kind]));
    case 'doubleValue':
      return finite(Number(value[kind]));
    case 'bytesValue':
      return `bytes ${bytes(value[kind]).toString('hex')}`;
    case 'arrayValue':
      return list(message(value[kind])['values']).map((item) => valueOf(item));
    case 'kvlistValue':
      return mapOf(list(message(value[kind])['values']));
    case undefined:
      return null;
    default:
      return `a value of the kind ${kind}`;
  }
}

const message = (value: unknown): Message => (value ?? {}) as Message;
const list = (value: unknown): readonly Message[] => (value ?? []) as readonly Message[];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => Number(value ?? 0);
const integer = (value: unknown): string => (value as { toString(): string } | undefined)?.toString() ?? '0';

/** JSON has bytes in base64. */
function bytes(value: unknown): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(text(value), 'base64');
}

const finite = (double: number): FoundValue => (Number.isFinite(double) ? double : String(double));

function id(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : text(value);
}
