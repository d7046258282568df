import { readProperty, reportOnce } from '@clew/diagnostics';
import { context, type Context } from '@opentelemetry/api';

import { aKindOf } from './input-in-words.ts';

/** The context that was given; the active one where something else was, which is said. */
export function usableContext(given: unknown): Context {
  if (isContext(given)) return given;
  reportOnce('a context', `expected a Context, got ${aKindOf(given)}; using the active context`);
  return context.active();
}

/** Whether a value has what a context is used for. Never throws. */
export function isContext(value: unknown): value is Context {
  return typeof readProperty(value, 'getValue') === 'function' && typeof readProperty(value, 'setValue') === 'function';
}
