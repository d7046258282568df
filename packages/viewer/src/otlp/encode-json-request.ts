import type { AttributeValue, Attributes } from '../attribute-value.ts';
import type { Resource, Scope } from '../resource.ts';

/** A record of any signal. */
interface Sourced {
  readonly resource: Resource;
  readonly scope: Scope;
}

/** Names of the lists in a signal's request. */
interface ListNames {
  readonly resources: string;
  readonly scopes: string;
  readonly items: string;
}

/**
 * Writes an export request of any signal in OTLP/JSON. Records that share a resource and a scope stay together.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function encodeJsonRequest<Item extends Sourced>(
  items: readonly Item[],
  names: ListNames,
  writeItem: (item: Item) => object,
): string {
  const batches = new Map<Resource, Map<Scope, Item[]>>();
  for (const item of items) {
    const scopes = batches.get(item.resource) ?? new Map<Scope, Item[]>();
    const ofScope = scopes.get(item.scope) ?? [];
    ofScope.push(item);
    batches.set(item.resource, scopes.set(item.scope, ofScope));
  }
  const resources = Array.from(batches, ([{ attributes }, scopes]) => ({
    resource: { attributes: jsonAttributes(attributes) },
    [names.scopes]: Array.from(scopes, ([{ name, version }, ofScope]) => ({
      scope: { name, version },
      [names.items]: ofScope.map(writeItem),
    })),
  }));
  return JSON.stringify({ [names.resources]: resources });
}

export function jsonAttributes(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: jsonValue(value) }));
}

/** One `AnyValue`. Recurses as deep as values are inside each other; the decoders let no more than 100 through. */
export function jsonValue(value: AttributeValue): object {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return jsonNumber(value);
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (isList(value)) return { arrayValue: { values: value.map(jsonValue) } };
  return { kvlistValue: { values: jsonAttributes(value) } };
}

function jsonNumber(value: number): object {
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

const isList: (value: object) => value is readonly AttributeValue[] = Array.isArray;
