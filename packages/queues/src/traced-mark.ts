import { readProperty, writeLine } from '@clew/diagnostics';

// The preload's copy of this module and the application's meet the same clients.
const TRACED: unique symbol = Symbol.for('clew.queues.traced') as never;

/** Clients of which it was told that others trace them; a second copy of this module tells it once more. */
const told = new Set<string>();

/**
 * Tells whether an object of a client is to be traced, and marks it as traced: not a second time, and not where another
 * instrumentation has patched these methods, as those of OpenTelemetry mark them. That is said once.
 */
export function markTraced(object: object, client: string, methods: readonly string[]): boolean {
  if (readProperty(object, TRACED) === true) return false;
  if (methods.some((name) => isPatched(readProperty(object, name)))) {
    if (!told.has(client)) {
      told.add(client);
      writeLine(`another instrumentation traces ${client}; @clew/queues leaves it alone`);
    }
    return false;
  }
  Object.defineProperty(object, TRACED, { value: true });
  return true;
}

/** Whether an instrumentation that is built as OpenTelemetry's has put a function in the place of another. */
function isPatched(method: unknown): boolean {
  return readProperty(method, '__wrapped') === true;
}
