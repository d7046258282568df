import { reportOnce } from './report-once.ts';

/** In characters; the message of an error may hold a whole argument of the application. */
const MAX_LENGTH = 500;

/**
 * Runs telemetry work in a running application. If it throws, says so (see `reportOnce`; the task is the cause) and
 * returns `fallback`: nothing of ours throws into the application.
 *
 * @param task names the work in the message, e.g. `the request hook of the http instrumentation`
 */
export function guard<T>(task: string, fallback: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    reportFailure(task, error);
    return fallback;
  }
}

/** Says that telemetry work has thrown; the task is the cause. */
export function reportFailure(task: string, error: unknown): void {
  reportOnce(task, `${task} failed: ${describeError(error)}`);
}

/** The message of whatever was thrown, as one line; never throws, whatever it is given. */
export function describeError(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text
      .slice(0, 2 * MAX_LENGTH)
      .replace(/\s+/g, ' ')
      .slice(0, MAX_LENGTH);
  } catch {
    return 'an error that cannot be printed';
  }
}
