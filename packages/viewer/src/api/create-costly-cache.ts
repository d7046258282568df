/** Results that take long to make. */
export interface CostlyCache<T> {
  /** Makes the result for each who asks; several who ask for the same at once share it. */
  get(key: string, make: () => Promise<T>): Promise<T>;
  forget(): void;
}

/** A result that took longer than this is handed out again for a while. */
const CHEAP_MILLIS = 20;
/** For how many times as long as it took. */
const PATIENCE = 5;
const MAX_KEPT = 8;

/**
 * Makes a cache in which a result is kept the longer the longer it took: a page that asks every second leaves time for
 * everything else.
 */
export function createCostlyCache<T>(): CostlyCache<T> {
  let running = new Map<string, Promise<T>>();
  let kept = new Map<string, { readonly result: T; readonly until: number }>();

  async function run(key: string, make: () => Promise<T>): Promise<T> {
    const [ownRunning, ownKept, start] = [running, kept, performance.now()]; // others than these after `forget`
    try {
      const result = await make();
      const took = performance.now() - start;
      const [oldest] = ownKept.keys();
      if (ownKept.size >= MAX_KEPT && oldest !== undefined) ownKept.delete(oldest);
      if (took > CHEAP_MILLIS) ownKept.set(key, { result, until: performance.now() + PATIENCE * took });
      return result;
    } finally {
      ownRunning.delete(key);
    }
  }

  return {
    async get(key, make) {
      const known = kept.get(key);
      if (known !== undefined && performance.now() < known.until) return known.result;
      kept.delete(key);
      const shared = running.get(key);
      if (shared !== undefined) return await shared;
      const own = run(key, make);
      running.set(key, own);
      return await own;
    },
    forget() {
      running = new Map();
      kept = new Map();
    },
  };
}
