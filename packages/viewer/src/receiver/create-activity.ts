import { setTimeout as delay } from 'node:timers/promises';

/** Requests of a receiver that are under way. */
export interface Activity {
  /** Notes that a request has begun; returns a function to call at its end. */
  begin(): () => void;
  /** Resolves when no request has been under way for `quietMillis`, or after `timeoutMillis` in any case. */
  whenIdle(options: IdleOptions): Promise<void>;
}

export interface IdleOptions {
  readonly quietMillis: number;
  readonly timeoutMillis: number;
}

const IDLE_CHECK_MILLIS = 10;

export function createActivity(): Activity {
  let inFlight = 0;
  let busyAt = 0;

  function end(): void {
    inFlight -= 1;
    busyAt = performance.now();
  }

  return {
    begin() {
      inFlight += 1;
      busyAt = performance.now();
      return end;
    },
    async whenIdle({ quietMillis, timeoutMillis }) {
      const start = performance.now();
      const isBusy = (now: number) => inFlight > 0 || now - Math.max(busyAt, start) < quietMillis;
      for (let now = start; isBusy(now) && now - start < timeoutMillis; now = performance.now()) {
        await delay(IDLE_CHECK_MILLIS);
      }
    },
  };
}
