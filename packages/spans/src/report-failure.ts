import { guard } from '@clew/diagnostics';

/**
 * Says that telemetry work failed, as `guard` does. For the `catch` of what runs on each call, where the closure that
 * `guard` needs would cost more than the work.
 */
export function reportFailure(task: string, error: unknown): void {
  guard(task, undefined, () => {
    throw error;
  });
}
