import { traceLifetimes } from '@clew/spans/internal';

import { createHeldLogs, type HeldLogs } from './held-logs.ts';

// The preload and the application have copies of this module; who holds and who judges must meet.
const HELD: unique symbol = Symbol.for('clew.logs.held') as never;
const shared = globalThis as { [HELD]?: HeldLogs };

/** The held logs of this thread. They are released when it ends, before the loggers write out what they buffer. */
export function heldLogs(): HeldLogs {
  return (shared[HELD] ??= createAtExit());
}

function createAtExit(): HeldLogs {
  const lifetimes = traceLifetimes();
  process.prependListener('exit', lifetimes.giveUp);
  return createHeldLogs(lifetimes);
}
