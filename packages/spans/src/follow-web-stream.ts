import { readProperty } from '@clew/diagnostics';

import { followNodeStream, isNodeStream } from './follow-emitter.ts';
import { followIterator } from './follow-iterator.ts';
import { endSpan, failSpan, noteItem, type OpenSpan } from './open-span.ts';
import { overrideMethod } from './override-method.ts';

/** Makes the new method for `overrideMethod`. */
type Replace = Parameters<typeof overrideMethod>[2];

/**
 * Ends the span when a web `ReadableStream` is drained, cancelled or fails, however it is read. The stream stays the
 * same object, and nothing of it is read by us.
 *
 * @returns whether the stream can be followed: not if someone reads it already
 */
export function followWebStream(open: OpenSpan, stream: object): boolean {
  if (readProperty(stream, 'locked') !== false) return false;
  const ways: Readonly<Record<PropertyKey, Replace>> = {
    getReader: afterwards((reader) => followReader(open, reader as object)),
    values: afterwards((iterator) => followIterator(open, iterator as object)),
    [Symbol.asyncIterator]: afterwards((iterator) => followIterator(open, iterator as object)),
    tee: afterwards((branches) => (branches as object[]).forEach((branch) => followWebStream(open, branch))),
    pipeThrough: afterwards((readable) => followWebStream(open, readable as object)),
    pipeTo: settling(open),
    cancel: settling(open),
  };
  const followed = overrideMethod(stream, 'getReader', ways['getReader'] as Replace);
  if (!followed) return false;
  for (const way of Reflect.ownKeys(ways)) if (way !== 'getReader') overrideMethod(stream, way, ways[way] as Replace);
  return true;
}

/** Ends the span when the body of a fetch `Response` does. Returns whether there is a body to follow. */
export function followResponse(open: OpenSpan, response: object): boolean {
  if (!followBody(open, response)) return false;
  // Cloning gives the response a new body, and not every Node.js makes it by the `tee` of the old one.
  const followBoth = (clone: unknown) => [response, clone].forEach((each) => followBody(open, each));
  overrideMethod(response, 'clone', afterwards(followBoth));
  return true;
}

function followBody(open: OpenSpan, response: unknown): boolean {
  const body = readProperty(response, 'body');
  if (typeof body !== 'object' || body === null) return false;
  return isNodeStream(body) ? followNodeStream(open, body) : followWebStream(open, body);
}

function followReader(open: OpenSpan, reader: object): void {
  let released = false;
  overrideMethod(
    reader,
    'releaseLock',
    (release) =>
      function (...args) {
        released = true; // which rejects `closed`, and says nothing about the stream
        return Reflect.apply(release, this, args);
      },
  );
  overrideMethod(
    reader,
    'read',
    (read) =>
      function (...args) {
        const reading = Reflect.apply(read, this, args);
        if (!(reading instanceof Promise)) return reading;
        return reading.then((item: unknown) => {
          if (readProperty(item, 'done') === false) noteItem(open);
          return item;
        });
      },
  );
  // Streams count `closed` as handled by themselves, so that looking at it hides no rejection.
  const closed = readProperty(reader, 'closed');
  if (!(closed instanceof Promise)) return endSpan(open);
  closed.then(
    () => endSpan(open),
    (error: unknown) => {
      if (!released) failSpan(open, error);
    },
  );
}

/** A method that does what it does, and lets us look at the result. */
function afterwards(look: (result: unknown) => void): Replace {
  return (original) =>
    function (...args) {
      const result = Reflect.apply(original, this, args);
      look(result);
      return result;
    };
}

/** A method whose promise is the end of the work. */
function settling(open: OpenSpan): Replace {
  return (original) =>
    function (...args) {
      const result = Reflect.apply(original, this, args);
      if (!(result instanceof Promise)) return result;
      return result.then(
        (value: unknown) => {
          endSpan(open);
          return value;
        },
        (error: unknown) => {
          failSpan(open, error);
          throw error;
        },
      );
    };
}
