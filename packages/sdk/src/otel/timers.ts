/** The timers and the clock that the SDK uses. */
export interface Timers {
  setTimeout(this: void, callback: () => void, delayMillis?: number): NodeJS.Timeout;
  clearTimeout(this: void, timer: NodeJS.Timeout | undefined): void;
  setImmediate(this: void, callback: () => void): NodeJS.Immediate;
  queueMicrotask(this: void, callback: () => void): void;
  /** Milliseconds that only grow. */
  now(this: void): number;
}

const { setTimeout, clearTimeout, setImmediate, queueMicrotask } = globalThis;
const { hrtime } = process; // `performance` would load eight modules of Node at the start of every process

/**
 * Timers and clock of Node, as they are before the application runs: one that replaces those of `globalThis`, as fake
 * timers do, must neither stop the export nor be handed calls that it does not expect.
 */
export const timers: Timers = {
  setTimeout,
  clearTimeout,
  setImmediate,
  queueMicrotask,
  now() {
    const [seconds, nanos] = hrtime();
    return seconds * 1e3 + nanos / 1e6;
  },
};
