type Listener = (...args: never[]) => void;

/** Listeners of ours on `process` that the application must not see. */
const hidden = new WeakSet<Listener>(); // a second copy of this module hides its own listeners

const READERS = ['listeners', 'rawListeners'] as const;
let areReadersWrapped = false;

/**
 * Adds a listener that `process.listeners()` and `process.listenerCount()` do not tell of. Libraries such as
 * signal-exit count the listeners of a signal to find out whether theirs is the only one, and let the process end only
 * then.
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
  define('listenerCount', (event: string | symbol, listener?: Listener) => {
    const visible = process.rawListeners(event) as (Listener & { listener?: Listener })[];
    if (listener === undefined) return visible.length;
    return visible.filter((each) => each === listener || each.listener === listener).length;
  });
}

function define(name: string, value: (...args: never[]) => unknown): void {
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: false });
}
