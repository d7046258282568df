import { privateMarks, type PrivateMarks } from './private-marks.ts';

/**
 * Notes on the requests of one kind that all instrumentations of it in this process see, whichever copy of this module they
 * are of: the preload and the application may each have one. The first that takes a request has it.
 */
export interface SharedRequests<Note> extends PrivateMarks<Note> {
  /** Number of instrumentations that are enabled. */
  watchers: number;
}

type Kind = 'http' | 'undici';

/** The same for every copy of this module. Whose note one reads is to be asked before anything of it is used. */
export function sharedRequests<Note>(kind: Kind): SharedRequests<Note> {
  const shared = globalThis as { [key: symbol]: SharedRequests<Note> | undefined };
  return (shared[Symbol.for(`clew.${kind}.requests`)] ??= { ...privateMarks<Note>(), watchers: 0 });
}

/** Counts an instrumentation as enabled, until the result is called. */
export function countWatcher(shared: { watchers: number }): () => void {
  shared.watchers++;
  return () => void shared.watchers--;
}
