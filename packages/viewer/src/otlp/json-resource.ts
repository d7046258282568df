import type { Resource, Scope } from '../resource.ts';
import { attributesField, type JsonObject, type JsonReader, objectField, stringField } from './json-fields.ts';

/** The resource of a `ResourceSpans` or `ResourceLogs`. */
export function jsonResource(reader: JsonReader, batch: JsonObject): Resource {
  return { attributes: attributesField(reader, objectField(reader, batch, 'resource'), 'attributes') };
}

/** The scope of a `ScopeSpans` or `ScopeLogs`. */
export function jsonScope(reader: JsonReader, batch: JsonObject): Scope {
  const scope = objectField(reader, batch, 'scope');
  return { name: stringField(reader, scope, 'name'), version: stringField(reader, scope, 'version') };
}
