import type { EventEmitter } from 'node:events';

type Listener = (...args: never[]) => void;

/** Events at which a listener beside those of the application changes nothing for them. */
type HideableEvent = NodeJS.Signals | 'exit' | 'uncaughtExceptionMonitor';

/** Listeners of ours on `process` that the application must not see. */
const hidden = new WeakSet<Listener>(); // a second copy of this module hides its own listeners

const READERS = ['listeners', 'rawListeners'] as const;
let areReadersWrapped = false;

/**
 * Adds a listener that `process.listeners()` does not tell of. Libraries such as signal-exit look there whether theirs
 * is the only one for a signal, and let the process end only then. `process.listenerCount()` does tell of it: by that
 * Node itself decides whether a signal is still listened to.
 *
 * @returns removes the listener
 */
export function addHiddenListener(event: HideableEvent, listener: Listener): () => void {
  hidden.add(listener);
  wrapReaders();
  const emitter: EventEmitter = process;
  emitter.prependListener(event, listener as (...args: unknown[]) => void);
  return () => void emitter.removeListener(event, listener as (...args: unknown[]) => void);
}

function wrapReaders(): void {
  if (areReadersWrapped) return;
  areReadersWrapped = true;
  for (const name of READERS) {
    const read = process[name] as (this: unknown, ...args: unknown[]) => Listener[];
    define(name, read.length, function (this: unknown, ...args: unknown[]) {
      const listeners = Reflect.apply(read, this, args);
      return this === process ? listeners.filter((listener) => !hidden.has(listener)) : listeners; // others inherit from it
    });
  }
}

function define(name: string, length: number, value: (this: unknown, ...args: unknown[]) => unknown): void {
  Object.defineProperties(value, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
  Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: false });
}
