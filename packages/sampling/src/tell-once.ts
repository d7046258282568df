import { diag } from '@opentelemetry/api';

/** A function that tells this by `diag` when it is first called, and nothing later. It does not throw where a logger does. */
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
