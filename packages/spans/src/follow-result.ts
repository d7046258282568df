import { readProperty } from '@clew/diagnostics';

import { followEmitter, followNodeStream, isNodeStream } from './follow-emitter.ts';
import { followAsyncIterable, followIterator } from './follow-iterator.ts';
import { followThenable } from './follow-thenable.ts';
import { followResponse, followWebStream } from './follow-web-stream.ts';
import { endSpan, failSpan, type OpenSpan } from './open-span.ts';

type Follow = (open: OpenSpan, result: object) => boolean;

/** By `Symbol.toStringTag`, which is the same in other realms and in polyfills. */
const BY_TAG: Readonly<Record<string, Follow>> = {
  Generator: followIterator,
  'Iterator Helper': followIterator,
  AsyncGenerator: followIterator,
  ReadableStream: followWebStream,
  Response: followResponse,
};

/**
 * Ends the span when the work that a function returned has ended: at once for a value, later for a promise, a query
 * builder, a generator or a stream. Never throws.
 *
 * @returns the result: the same object, except for a promise, of which it is one of the same class and properties
 */
export function followResult(open: OpenSpan, result: unknown): unknown {
  if (typeof result === 'object' && result !== null) {
    if (isPromise(result)) return followPromise(open, result);
    if (isFollowed(open, result)) return result;
  }
  endSpan(open);
  return result;
}

function isFollowed(open: OpenSpan, result: object): boolean {
  const { endOn, drain } = open.plan.options;
  if (endOn !== undefined) return followEmitter(open, result, endOn);
  if (typeof readProperty(result, 'then') === 'function') return followThenable(open, result, followResult);
  if (drain === false) return false;
  const tag = readProperty(result, Symbol.toStringTag);
  const follow = typeof tag === 'string' && Object.hasOwn(BY_TAG, tag) ? BY_TAG[tag] : undefined;
  if (follow !== undefined) return follow(open, result);
  if (isNodeStream(result)) return followNodeStream(open, result);
  return typeof readProperty(result, Symbol.asyncIterator) === 'function' && followAsyncIterable(open, result);
}

/** A promise of the language. A subclass with a `then` of its own may start its work there: that is a thenable. */
function isPromise(value: object): value is Promise<unknown> {
  try {
    return value instanceof Promise && value.then === Promise.prototype.then;
  } catch {
    return false; // a getter, or a Proxy
  }
}

function followPromise(open: OpenSpan, promise: Promise<unknown>): Promise<unknown> {
  // Derived, not watched on the side: a rejection that nobody handles must stay unhandled.
  const followed = promise.then(
    (value) => followResult(open, value),
    (error: unknown) => {
      failSpan(open, error);
      throw error;
    },
  );
  copyProperties(promise, followed);
  return followed;
}

/** Copies the properties that an application puts on a promise, e.g. a way to cancel it. */
function copyProperties(from: object, to: object): void {
  for (const key in from) if (Object.hasOwn(from, key)) Reflect.set(to, key, readProperty(from, key));
}
