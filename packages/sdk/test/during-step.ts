import { vi } from 'vitest';

// The steps of a thread that others can see are its calls of `Atomics`.

/** Does `work` before the given step of `thread`, or after its last one. Returns what came of both. */
export function duringStep<One, Other>(step: number, thread: () => One, work: () => Other): [One, Other] {
  const done: Other[] = [];
  let left = step;
  for (const name of ['load', 'store', 'add', 'exchange', 'compareExchange'] as const) {
    const atomic = Atomics[name] as (...args: unknown[]) => never;
    vi.spyOn(Atomics, name).mockImplementation((...args: unknown[]) => {
      if (left-- === 0) done.push(work());
      return atomic(...args);
    });
  }
  const one = thread();
  vi.restoreAllMocks();
  return [one, done[0] ?? work()];
}

export function steps(count: number): number[] {
  return Array.from({ length: count }, (_, step) => step);
}
