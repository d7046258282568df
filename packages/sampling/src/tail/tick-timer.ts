import type { TraceTable } from './trace-table.ts';

/** Calls `tick()` when something is due. It does not keep the process alive. */
export interface TickTimer {
  /** Tell it when something may have become due earlier than before. */
  arm(): void;
  /** For good. */
  stop(): void;
}

/** Timers, as Node has them. */
export interface TimerHost {
  setTimeout(this: void, callback: () => void, delayMillis: number): NodeJS.Timeout;
  clearTimeout(this: void, timer: NodeJS.Timeout | undefined): void;
}

/** Not more often than that: several traces are decided at a time. */
const MIN_MILLIS = 25;
/** The clock may jump. */
const MAX_MILLIS = 1000;

export function createTickTimer(
  table: Pick<TraceTable, 'tick' | 'nextDue'>,
  now: () => number,
  host: TimerHost = { setTimeout, clearTimeout },
): TickTimer {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function tick(): void {
    timer = undefined;
    table.tick();
    arm();
  }

  function arm(): void {
    if (timer !== undefined || isStopped) return;
    const due = table.nextDue();
    if (due === undefined) return;
    timer = host.setTimeout(tick, Math.min(Math.max(due - now(), MIN_MILLIS), MAX_MILLIS));
    timer.unref?.();
  }

  return {
    arm,
    stop() {
      isStopped = true;
      host.clearTimeout(timer);
      timer = undefined;
    },
  };
}
