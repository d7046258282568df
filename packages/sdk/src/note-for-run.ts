import type { ExitFacts } from './exit-facts.ts';

/**
 * Note of a process for `clew run`, which says at its end why no traces came: written as the process starts, and again as
 * it exits.
 */
type RunNote =
  /** A package manager, or `clew` itself: not traced. */
  | { readonly event: 'tool' }
  /** Nothing could be started; stderr says why. */
  | { readonly event: 'failed' }
  | { readonly event: 'start'; readonly state: string }
  | ({ readonly event: 'exit' } & ExitFacts);

/** Names the file of the notes, a line of JSON each. `clew run` sets it, and removes the file when it has read it. */
const VARIABLE = 'CLEW_RUN_NOTES';

/**
 * Appends a note, which is made only if `clew run` asked for it. Never throws; any Node can call it. It creates no file: a process that outlives
 * `clew run` leaves nothing behind.
 */
export function noteForRun(env: NodeJS.ProcessEnv, makeNote: () => RunNote): void {
  const file = env[VARIABLE];
  if (!file) return;
  const { getBuiltinModule } = process as Partial<NodeJS.Process>; // an older Node than ours may lack it
  const fs = getBuiltinModule?.('node:fs');
  if (fs === undefined) return;
  try {
    const note = makeNote();
    const descriptor = fs.openSync(file, fs.constants.O_WRONLY | fs.constants.O_APPEND);
    fs.writeSync(descriptor, `${JSON.stringify({ pid: process.pid, ...note })}\n`);
    fs.closeSync(descriptor);
  } catch {
    // `clew run` has ended, or this process may not write.
  }
}
