import { runningSdk } from './running-sdk.ts';

/**
 * Wraps a handler of a serverless platform, which may freeze the process as soon as there is a result: what was
 * recorded is decided, where there is a sampling policy, and sent before the result is there. The wrapped handler always returns a promise; `this`, name and length
 * stay. With a backend that does not answer, the result waits for `shutdownTimeoutMillis` and no longer.
 *
 * @example
 * export const handler = flushAfter(async (event) => placeOrder(event));
 */
export function flushAfter<This, Args extends unknown[], Result>(
  handler: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Promise<Awaited<Result>> {
  const wrapped = async function (this: This, ...args: Args): Promise<Awaited<Result>> {
    try {
      return await handler.apply(this, args);
    } finally {
      await runningSdk()?.flush({ decide: true });
    }
  };
  return Object.defineProperties(wrapped, {
    name: { value: handler.name, configurable: true },
    length: { value: handler.length, configurable: true },
  });
}
