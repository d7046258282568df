import type { Arena, SlotOwner } from './arena.ts';
import { openChunk, RECORD_HEADER_BYTES, type Chunk } from './chunk.ts';
import { MAX_BATCH_BYTES } from './max-request-bytes.ts';

/** An encoded item of another thread, with the definition of its scope there. */
export interface ForeignItem {
  readonly scope: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Items in a chunk, or that there is no room for. */
export interface ForeignChunk {
  readonly chunk: Chunk | undefined;
  readonly count: number;
}

/**
 * Writes chunks as the thread of the items would have written them: with its resource and its scopes, and so that nothing
 * of this thread is added to them. Each fits in a request, unless it has one item only. They have to be adopted.
 *
 * @param owner that thread
 */
export function foreignChunks(
  arena: Arena,
  owner: SlotOwner,
  resource: Uint8Array | undefined,
  items: readonly ForeignItem[],
  maxCount: number,
): ForeignChunk[] {
  return groupsOf(items, maxCount).map((group) => ({
    chunk: foreignChunk(arena, owner, resource, group),
    count: group.length,
  }));
}

/** In order. A chunk is sent whole. */
function groupsOf(items: readonly ForeignItem[], maxCount: number): ForeignItem[][] {
  const groups: ForeignItem[][] = [];
  let group: ForeignItem[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (group.length === 0 || group.length === maxCount || bytes + size > MAX_BATCH_BYTES) {
      groups.push((group = []));
      bytes = 0;
    }
    group.push(item);
    bytes += size;
  }
  return groups;
}

/** At most: the scope of several items is written once. */
const sizeOf = ({ scope, bytes }: ForeignItem): number => scope.length + bytes.length + 2 * RECORD_HEADER_BYTES;

function foreignChunk(
  arena: Arena,
  owner: SlotOwner,
  resource: Uint8Array | undefined,
  items: readonly ForeignItem[],
): Chunk | undefined {
  const scopes = new Map<string, number>();
  const idOf = ({ scope }: ForeignItem) => {
    const key = Buffer.from(scope).toString('latin1');
    const known = scopes.get(key);
    if (known === undefined) scopes.set(key, scopes.size + 1);
    return known ?? scopes.size;
  };
  const ofResource = resource === undefined ? 0 : resource.length + RECORD_HEADER_BYTES;
  const run = arena.take(
    items.reduce((sum, item) => sum + sizeOf(item), ofResource),
    owner,
  );
  if (run === undefined) return undefined;
  const chunk = openChunk(run);
  if (resource !== undefined) chunk.define('resource', 0, resource);
  for (const item of items) {
    const id = idOf(item);
    if (!chunk.isDefined(id)) chunk.define('scope', id, item.scope);
    const bytes = Buffer.from(item.bytes.buffer, item.bytes.byteOffset, item.bytes.byteLength);
    chunk.add(id, bytes, bytes.length);
  }
  return chunk;
}
