import { settled } from '@clew/diagnostics';

/**
 * The options of one of upstream's instrumentations, whose functions may turn out to be asynchronous: upstream catches what they
 * throw, and leaves it to nobody what they reject with.
 */
export function bearingHooks(name: string, options: object): object {
  const bearing = Object.entries(options).map(([key, value]: [string, unknown]) => {
    if (typeof value !== 'function') return [key, value];
    return [
      key,
      function (this: unknown, ...args: unknown[]): unknown {
        return settled(`${key} of ${name}`, Reflect.apply(value, this, args));
      },
    ];
  });
  return Object.fromEntries(bearing) as object;
}
