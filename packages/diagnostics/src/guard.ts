import { readProperty } from './read-property.ts';
import { reportOnce } from './report-once.ts';

/** In characters; the message of an error may hold a whole argument of the application. */
const MAX_LENGTH = 500;

/**
 * Runs telemetry work in a running application. If it throws, says so (see `reportOnce`; the task is the cause) and
 * returns `fallback`: nothing of ours throws into the application. The message of the error is not shown: it may quote
 * what the work was about.
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
  reportOnce(task, `${task} failed: ${placeOfError(error)}`);
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

/**
 * The name of an error, its code and where it was thrown, such as `TypeError at /app/hooks.js:7:12`. For the errors
 * of a user's functions, and of ours that work with a user's values: their messages quote values. Never throws.
 */
export function placeOfError(error: unknown): string {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null)
    return `${kindOf(error)} was thrown`;
  const name = readProperty(error, 'name');
  const code = readProperty(error, 'code');
  const place = firstPlace(error);
  const words = typeof name === 'string' && NAME.test(name) ? name : 'an error';
  const codeInWords = typeof code === 'string' && CODE.test(code) ? ` ${code}` : '';
  return `${words}${codeInWords}${place === undefined ? '' : ` at ${place}`}`;
}

/** Names of classes and codes are constants of a program; what is not like them may be anything. */
const NAME = /^[A-Za-z_$][\w$]{0,63}$/;
const CODE = /^E[A-Z\d_]{1,63}$/;
/** A frame in a file, which is not Node's own. */
const FRAME = /^ {4}at (?:[^\r\n]{0,500} \()?((?:file:\/\/\/|\/|[A-Za-z]:[\\/])[^\r\n()]{1,300}:\d{1,9}:\d{1,9})\)?$/;
const MAX_STACK_LENGTH = 20_000;
const MAX_FRAMES = 20;

function firstPlace(error: object): string | undefined {
  const stack = readProperty(error, 'stack');
  if (typeof stack !== 'string') return undefined;
  const message = readProperty(error, 'message');
  // The message stands before the frames, and may have lines that look like one.
  const at = typeof message === 'string' ? stack.indexOf(message) : -1;
  const start = at === -1 ? 0 : at + (message as string).length;
  const lines = stack.slice(start, start + MAX_STACK_LENGTH).split('\n', MAX_FRAMES);
  for (const line of lines) {
    const place = FRAME.exec(line)?.[1];
    if (place !== undefined) return place;
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return `a ${typeof value}`;
}
