import type { StoredRecord } from '../queue/chunk.ts';
import type { ResourcePart } from './request-parts.ts';

/** Names of one signal's lists in OTLP/JSON. */
export interface JsonNames {
  readonly resources: 'resourceSpans' | 'resourceLogs';
  readonly scopes: 'scopeSpans' | 'scopeLogs';
  readonly items: 'spans' | 'logRecords';
}

/**
 * The same as `protobufRequest` in OTLP/JSON: the definitions are members of the objects that hold the items, without
 * braces.
 *
 * @param resource for items whose own is not known
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function jsonRequest(parts: readonly ResourcePart[], resource: Uint8Array, names: JsonNames): Buffer {
  const resources = parts.map(({ definition, scopes }) => {
    const members = definition === undefined ? Buffer.from(resource).toString() : textOf(definition);
    const list = Array.from(scopes, (scope) => {
      return `{${textOf(scope.definition)},"${names.items}":[${scope.items.map(textOf).join(',')}]}`;
    });
    return `{${members},"${names.scopes}":[${list.join(',')}]}`;
  });
  return Buffer.from(`{"${names.resources}":[${resources.join(',')}]}`);
}

const textOf = ({ buffer, start, end }: StoredRecord): string => buffer.toString('utf8', start, end);
