import { reportOnce } from '@clew/diagnostics';
import { context, type Context } from '@opentelemetry/api';

import { aKindOf } from './input-in-words.ts';

/** Returns the context that was given, or the active one, which is reported, where it is not a context. */
export function usableContext(given: unknown): Context {
  if (isContext(given)) return given;
  reportOnce('a context', `expected a Context, got ${aKindOf(given)}; using the active context`);
  return context.active();
}

/**
 * Tells whether a value has what a context is used for. Never throws. Properties are read by name: for each span the general
 * way would take three times as long.
 */
export function isContext(value: unknown): value is Context {
  try {
    const { getValue, setValue } = value as Partial<Context>;
    return typeof getValue === 'function' && typeof setValue === 'function';
  } catch {
    return false;
  }
}
