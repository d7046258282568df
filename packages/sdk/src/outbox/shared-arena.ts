import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';

import { attachArena, createArena, type Arena } from './queue/arena.ts';

/** Memory that all threads of the process have for one purpose, and the thread that answers for it. */
export interface SharedArena {
  /** Creates the arena, or attaches this thread to the one that its parent created. */
  open(): Arena;
  /** The arena, once it is open. */
  opened(): Arena | undefined;
  /** Tells whether this thread answers for what ended threads leave behind. */
  isHost(): boolean;
  /** Forgets the arena, so that a later start creates one of its own. */
  close(): void;
}

/**
 * Purposes, by the names under which threads find the memory that their parent has: items that wait for the backend, and
 * items that wait for a decision.
 */
export type ArenaKey = 'clew.outbox' | 'clew.undecided';

interface Host {
  readonly memory: SharedArrayBuffer;
  readonly threadId: number;
}

/** @param maxBytes of the arena, where this thread creates it */
export function createSharedArena(key: ArenaKey, maxBytes: number): SharedArena {
  let host: Host | undefined;
  let arena: Arena | undefined;

  function attachOrCreate(): Arena {
    host = getEnvironmentData(key) as Host | undefined;
    if (host !== undefined) return attachArena(host.memory);
    const created = createArena(maxBytes);
    host = { memory: created.memory, threadId };
    setEnvironmentData(key, host);
    return created;
  }

  const isHost = () => host === undefined || host.threadId === threadId;
  return {
    open: () => (arena ??= attachOrCreate()),
    opened: () => arena,
    isHost,
    close() {
      if (isHost()) setEnvironmentData(key, undefined);
    },
  };
}
