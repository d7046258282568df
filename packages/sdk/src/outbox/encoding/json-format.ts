import type { InstrumentationScope } from '@opentelemetry/core';
import { JsonTraceSerializer, type ISerializer } from '@opentelemetry/otlp-transformer';
import { emptyResource, type Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

import { serializeStrictly } from './strict-numbers.ts';
import { jsonRequest, type JsonNames } from './json-request.ts';
import { MAX_REQUEST_BYTES } from '../queue/max-request-bytes.ts';
import { RecordTooLargeError } from './record-too-large-error.ts';
import type { SignalFormat } from './signal-format.ts';

/** Output of upstream's serializer for one item, as far as it is read here. */
interface JsonEnvelope {
  readonly resource: object;
  readonly schemaUrl?: string;
  readonly [scopes: string]: unknown;
}

interface JsonScope {
  readonly scope: object;
  readonly schemaUrl?: string;
  readonly [items: string]: unknown;
}

const NO_SCOPE: InstrumentationScope = { name: '' };
const BARE = { resource: { value: emptyResource() }, instrumentationScope: { value: NO_SCOPE } };

/**
 * OTLP/JSON by upstream's serializer, item by item. It costs some ten times what protobuf does, and is there for
 * backends that take nothing else and for eyes.
 */
export function jsonFormat<Item extends { readonly instrumentationScope: InstrumentationScope }>(
  queue: number,
  serializer: ISerializer<Item[], unknown>,
  names: JsonNames,
): SignalFormat<Item> {
  return {
    queue,
    encode(item) {
      // Its resource, which may not be complete yet, and its scope are written once for many items.
      const bare = Object.create(item, BARE) as Item;
      const [scope] = scopesIn(parse(serializer, bare, names.resources), names.scopes);
      const [json] = scope[names.items] as [object];
      const buffer = Buffer.from(JSON.stringify(json));
      return { buffer, length: buffer.length };
    },
    scopeOf: ({ instrumentationScope }) => instrumentationScope,
    defineScope(scope) {
      const [{ scope: json, schemaUrl }] = scopesIn(envelopeOf(emptyResource(), scope), 'scopeSpans');
      return members({ scope: json, schemaUrl });
    },
    defineResource(resource) {
      const { resource: json, schemaUrl } = envelopeOf(resource, NO_SCOPE);
      return members({ resource: json, schemaUrl });
    },
    request: (parts, resource) => jsonRequest(parts, resource, names),
    readAnswer: (answer) => serializer.deserializeResponse(answer),
  };
}

/** An encoded span that is nothing but its scope and resource: both look the same in every signal. */
function envelopeOf(resource: Resource, instrumentationScope: InstrumentationScope): JsonEnvelope {
  const span: Partial<ReadableSpan> = {
    name: '',
    kind: 0,
    spanContext: () => ({ traceId: '', spanId: '', traceFlags: 0 }),
    startTime: [0, 0],
    endTime: [0, 0],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    resource,
    instrumentationScope,
  };
  return parse(JsonTraceSerializer, span as ReadableSpan, 'resourceSpans');
}

function parse<Item extends object>(
  serializer: ISerializer<Item[], unknown>,
  item: Item,
  resources: string,
): JsonEnvelope {
  const bytes = serializeStrictly(item, (each) => serializer.serializeRequest([each]));
  const request = JSON.parse(Buffer.from(bytes).toString()) as Record<string, [JsonEnvelope]>;
  return (request[resources] as [JsonEnvelope])[0];
}

const scopesIn = (envelope: JsonEnvelope, name: string): [JsonScope] => envelope[name] as [JsonScope];

/** An object without its braces. */
function members(object: object): Buffer {
  const json = Buffer.from(JSON.stringify(object).slice(1, -1));
  if (json.length > MAX_REQUEST_BYTES) throw new RecordTooLargeError(MAX_REQUEST_BYTES);
  return json;
}
