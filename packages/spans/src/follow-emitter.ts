import { readProperty } from '@clew/diagnostics';

import { endSpan, failSpan, noteItem, type OpenSpan } from './open-span.ts';
import { overrideMethod } from './override-method.ts';

/**
 * Ends the span at the first of these events, with an error at an `error` event. Adds no listener to an `EventEmitter`:
 * that would start a stream, or handle the `error` that nobody else handles.
 *
 * @returns whether the emitter can be followed
 */
export function followEmitter(open: OpenSpan, emitter: object, endOn: readonly string[]): boolean {
  if (typeof readProperty(emitter, 'emit') !== 'function') return followEventTarget(open, emitter, endOn);
  return observeEvents(emitter, (event, value) => {
    if (event === 'error') failSpan(open, value);
    else if (endOn.includes(event)) endSpan(open);
  });
}

/** Whether this is a stream of Node.js, told by properties that only its streams have. */
export function isNodeStream(value: object): boolean {
  return (
    typeof readProperty(value, 'emit') === 'function' &&
    (typeof readProperty(value, 'readableEnded') === 'boolean' ||
      typeof readProperty(value, 'writableFinished') === 'boolean')
  );
}

/**
 * Ends the span when a stream of Node.js is drained, finished, destroyed or fails; that of a duplex when both of its
 * sides are.
 *
 * @returns whether the stream can be followed: not if it has ended
 */
export function followNodeStream(open: OpenSpan, stream: object): boolean {
  const awaited = new Set<string>();
  if (readProperty(stream, 'readableEnded') === false) awaited.add('end');
  if (readProperty(stream, 'writableFinished') === false) awaited.add('finish');
  if (awaited.size === 0 || readProperty(stream, 'destroyed') === true) return false;
  return observeEvents(stream, (event, value) => {
    if (event === 'data') noteItem(open);
    else if (event === 'error') failSpan(open, value);
    else if (event === 'close' || (awaited.delete(event) && awaited.size === 0)) endSpan(open);
  });
}

function observeEvents(emitter: object, observe: (event: string, value: unknown) => void): boolean {
  return overrideMethod(
    emitter,
    'emit',
    (emit) =>
      function (...args) {
        if (typeof args[0] === 'string') observe(args[0], args[1]);
        return Reflect.apply(emit, this, args);
      },
  );
}

function followEventTarget(open: OpenSpan, target: object, endOn: readonly string[]): boolean {
  if (typeof readProperty(target, 'addEventListener') !== 'function') return false;
  const { addEventListener } = target as EventTarget;
  const once = { once: true };
  for (const event of endOn) Reflect.apply(addEventListener, target, [event, () => endSpan(open), once]);
  const fail = (event: unknown) => failSpan(open, readProperty(event, 'error') ?? event);
  Reflect.apply(addEventListener, target, ['error', fail, once]);
  return true;
}
