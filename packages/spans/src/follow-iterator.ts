import { readProperty } from '@clew/diagnostics';
import { context } from '@opentelemetry/api';

import { endSpan, failSpan, noteItem, type OpenSpan } from './open-span.ts';
import { overrideMethod } from './override-method.ts';

/**
 * Ends the span when an iterator, sync or async, is drained, left early or fails. Its code runs with the span active.
 *
 * @returns whether the iterator can be followed
 */
export function followIterator(open: OpenSpan, iterator: object): boolean {
  const step = (original: (this: unknown, ...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]) {
      return advance(open, () => Reflect.apply(original, this, args));
    };
  const followed = overrideMethod(iterator, 'next', step);
  if (!followed) return false;
  overrideMethod(iterator, 'throw', step);
  if (!overrideMethod(iterator, 'return', step)) addReturn(open, iterator);
  return true;
}

/** Ends the span when the first iterator of an async iterable ends. Returns whether the iterable can be followed. */
export function followAsyncIterable(open: OpenSpan, iterable: object): boolean {
  if (typeof readProperty(iterable, 'next') === 'function') return followIterator(open, iterable);
  return overrideMethod(
    iterable,
    Symbol.asyncIterator,
    (iterate) =>
      function (...args) {
        const iterator = Reflect.apply(iterate, this, args);
        if (!open.isEnded && !followIterator(open, iterator as object)) endSpan(open);
        return iterator;
      },
  );
}

/** A loop that is left early tells an iterator by its `return` alone; only async ones come without. */
function addReturn(open: OpenSpan, iterator: object): void {
  const value = (value?: unknown) => {
    endSpan(open);
    return Promise.resolve({ done: true, value });
  };
  Reflect.defineProperty(iterator, 'return', { value, configurable: true, writable: true });
}

function advance(open: OpenSpan, step: () => unknown): unknown {
  if (open.isEnded) return step();
  let result: unknown;
  try {
    result = context.with(open.context, step);
  } catch (error) {
    failSpan(open, error);
    throw error;
  }
  if (result instanceof Promise) return result.then((item) => noteResult(open, item), rethrowing(open));
  return noteResult(open, result);
}

function noteResult(open: OpenSpan, result: unknown): unknown {
  if (readProperty(result, 'done') === true) endSpan(open);
  else noteItem(open);
  return result;
}

function rethrowing(open: OpenSpan) {
  return (error: unknown): never => {
    failSpan(open, error);
    throw error;
  };
}
