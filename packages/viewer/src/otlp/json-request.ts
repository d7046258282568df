import type { Resource, Scope } from '../resource.ts';
import { type JsonObject, type JsonReader, listField, parseJsonObject, recordsField } from './json-fields.ts';
import { jsonResource, jsonScope } from './json-resource.ts';

/** Names of the lists in a signal's request. */
interface ListNames {
  readonly resources: string;
  readonly scopes: string;
  readonly items: string;
}

/**
 * Reads what the export requests of all signals have in common: resources, in them scopes, in them items.
 *
 * @param onProblem hears what is wrong with a malformed request, as the end of a sentence
 * @returns the items, or `undefined` when the request is malformed
 */
export function readJsonRequest<Item>(
  text: string,
  names: ListNames,
  readItem: (reader: JsonReader, item: JsonObject, resource: Resource, scope: Scope) => Item,
  onProblem: ((problem: string) => void) | undefined,
): Item[] | undefined {
  const reader: JsonReader = { problem: undefined, records: 0 };
  const items: Item[] = [];
  const request = parseJsonObject(reader, text) ?? {};
  for (const ofResource of listField(reader, request, names.resources)) {
    const resource = jsonResource(reader, ofResource);
    for (const ofScope of listField(reader, ofResource, names.scopes)) {
      const scope = jsonScope(reader, ofScope);
      for (const item of recordsField(reader, ofScope, names.items))
        items.push(readItem(reader, item, resource, scope));
    }
  }
  if (reader.problem === undefined) return items;
  onProblem?.(reader.problem);
  return undefined;
}
