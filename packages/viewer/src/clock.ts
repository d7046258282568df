/** Time as the store sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Runs `callback` after `delayMillis` and returns a function that prevents it. Must not keep the process alive. */
  later(callback: () => void, delayMillis: number): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  later: (callback, delayMillis) => {
    const timer = setTimeout(callback, delayMillis).unref();
    return () => clearTimeout(timer);
  },
};
