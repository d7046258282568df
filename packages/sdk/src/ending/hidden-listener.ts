type Listener = (...args: never[]) => void;

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
export function addHiddenListener(event: NodeJS.Signals, listener: Listener): () => void {
  hidden.add(listener);
  wrapReaders();
  process.prependListener(event, listener as NodeJS.SignalsListener);
  return () => void process.removeListener(event, listener as NodeJS.SignalsListener);
}

function wrapReaders(): void {
  if (areReadersWrapped) return;
  areReadersWrapped = true;
  for (const name of READERS) {
    const read = process[name].bind(process) as (event: string | symbol) => Listener[];
    define(name, (event: string | symbol) => read(event).filter((listener) => !hidden.has(listener)));
  }
}

function define(name: string, value: (...args: never[]) => unknown): void {
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: false });
}
