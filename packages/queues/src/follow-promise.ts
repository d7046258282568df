/**
 * Tells when the work of a function has ended: with its promise, if it returned one, else at once. The promise that comes
 * back is derived, not watched on the side: a rejection that nobody handles stays unhandled.
 */
export function followPromise(result: unknown, ended: (...thrown: [] | [error: unknown]) => void): unknown {
  if (!(result instanceof Promise)) {
    ended();
    return result;
  }
  return result.then(
    (value: unknown) => {
      ended();
      return value;
    },
    (error: unknown) => {
      ended(error);
      throw error;
    },
  );
}
