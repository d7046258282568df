import type { Clock } from '../clock.ts';

/** Tells when nothing has happened to a thing for a while. */
export interface QuietWatch {
  /** Something happened to `id`: its quiet time starts anew. */
  touch(id: string): void;
  forget(id: string): void;
  clear(): void;
}

/** Calls `onQuiet` for each touched id once, `quietMillis` after its last touch. */
export function watchQuiet(clock: Clock, quietMillis: number, onQuiet: (id: string) => void): QuietWatch {
  const quietAt = new Map<string, number>(); // the least recently touched first, so one timer serves all
  let cancelTimer: (() => void) | undefined;

  function schedule(): void {
    const [next] = quietAt.values();
    cancelTimer = next === undefined ? undefined : clock.later(tellQuiet, Math.max(0, next - clock.now()));
  }

  function tellQuiet(): void {
    const now = clock.now();
    for (const [id, at] of quietAt) {
      if (at > now) break;
      quietAt.delete(id);
      onQuiet(id);
    }
    schedule();
  }

  return {
    touch(id) {
      quietAt.delete(id);
      quietAt.set(id, clock.now() + quietMillis);
      if (cancelTimer === undefined) schedule();
    },
    forget: (id) => void quietAt.delete(id),
    clear() {
      quietAt.clear();
      cancelTimer?.();
      cancelTimer = undefined;
    },
  };
}
