import type { Context } from '@opentelemetry/api';

// Whoever reads the header and whoever samples may have copies of this module.
const DEBUG: unique symbol = Symbol.for('clew.sampling.debug') as never;

/** Marks a context of an incoming request: somebody with the secret asks for its trace. */
export function markDebug(context: Context): Context {
  return context.setValue(DEBUG, true);
}

/** Tells a context that `markDebug` has marked. */
export function isDebug(context: Context): boolean {
  try {
    return context.getValue(DEBUG) === true;
  } catch {
    return false; // a context that is none
  }
}
