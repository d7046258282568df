// Each instrumentation may be in a bundle of its own; all must know that one of them is at work.
const WRITING: unique symbol = Symbol.for('clew.logs.writing') as never;
const shared = globalThis as { [WRITING]?: { depth: number } };
const state = (shared[WRITING] ??= { depth: 0 });

/**
 * Whether a logger is writing a line right now, or we are busy with one. What is logged meanwhile is the same line on
 * its way, for example through `console`, or would lead to the next and so on.
 */
export function isWritingLine(): boolean {
  return state.depth > 0;
}

/** Runs what writes a line. */
export function whileWritingLine<T>(write: () => T): T {
  state.depth += 1;
  try {
    return write();
  } finally {
    state.depth -= 1;
  }
}
