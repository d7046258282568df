import { emptyResource, type Resource, type ResourceDraft, type Scope } from '../resource.ts';
import { RESOURCE, SCOPE } from './protobuf-attributes.ts';
import {
  countRecord,
  type Cursor,
  DELIMITED,
  type MessageFields,
  openCursor,
  readFields,
  readMessage,
} from './protobuf-cursor.ts';

interface Batch<Item> {
  readonly items: Item[];
  readonly resource: ResourceDraft;
}
interface ScopedBatch<Item> extends Batch<Item> {
  readonly scope: { name: string; version: string };
}

/** Reads a request; `onProblem` hears what is wrong with a malformed one, and then the result is `undefined`. */
type RequestReader<Item> = (bytes: Uint8Array, onProblem?: (problem: string) => void) => Item[] | undefined;

/**
 * Makes a reader for what the export requests of all signals have in common: resources, in them scopes, in them items.
 *
 * @param readItem reads one span or log record at the cursor
 */
export function requestReader<Item>(
  readItem: (cursor: Cursor, resource: Resource, scope: Scope) => Item,
): RequestReader<Item> {
  const scopeItems: MessageFields<ScopedBatch<Item>> = {
    1: { wireType: DELIMITED, read: ({ scope }, cursor) => readMessage(cursor, SCOPE, scope) },
    2: {
      wireType: DELIMITED,
      read({ items, resource, scope }, cursor) {
        countRecord(cursor);
        items.push(readItem(cursor, resource, scope));
      },
    },
  };
  const resourceItems: MessageFields<Batch<Item>> = {
    1: { wireType: DELIMITED, read: ({ resource }, cursor) => readMessage(cursor, RESOURCE, resource) },
    2: {
      wireType: DELIMITED,
      read: (batch, cursor) => readMessage(cursor, scopeItems, { ...batch, scope: { name: '', version: '' } }),
    },
  };
  const request: MessageFields<Item[]> = {
    1: {
      wireType: DELIMITED,
      read: (items, cursor) => readMessage(cursor, resourceItems, { items, resource: emptyResource() }),
    },
  };
  return (bytes, onProblem) => {
    const cursor = openCursor(bytes);
    const items = readFields(cursor, request, []);
    if (cursor.problem === undefined) return items;
    onProblem?.(cursor.problem);
    return undefined;
  };
}
