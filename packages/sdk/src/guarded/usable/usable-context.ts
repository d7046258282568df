import { readProperty, reportOnce } from '@clew/diagnostics';
import { context, type Context } from '@opentelemetry/api';

import { kindOf } from './input-in-words.ts';

/** The context that was given; the active one where something else was, which is said. */
export function usableContext(given: unknown): Context {
  if (isContext(given)) return given;
  reportOnce('a context', `what was given as context is none (${kindOf(given)}); the active context is used`);
  return context.active();
}

/** Whether a value has what a context is used for. Never throws. */
export function isContext(value: unknown): value is Context {
  return typeof readProperty(value, 'getValue') === 'function' && typeof readProperty(value, 'setValue') === 'function';
}
