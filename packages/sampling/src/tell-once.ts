import { diag } from '@opentelemetry/api';

/** Returns a function whose first call reports the message by `diag`; later calls do nothing, and no call throws. */
export function tellOnce(level: 'warn' | 'error', message: string): (...details: unknown[]) => void {
  let isTold = false;
  return (...details) => {
    if (isTold) return;
    isTold = true;
    try {
      diag[level](message, ...details);
    } catch {
      // The application's logger: it has nowhere to say so.
    }
  };
}
