import { guard, reportFailure } from './guard.ts';
import { reportOnce } from './report-once.ts';

/**
 * Runs a callback of the application whose result nobody wants. What it throws is reported (see `guard`), and so is the
 * rejection of one that turns out to be asynchronous: unhandled, it would end the process.
 */
export function runGuarded(task: string, work: () => unknown): void {
  guard(task, undefined, () => void settled(task, work()));
}

/** Asks a callback of the application. Where it throws, or its answer is none, which is said, there is the other one. */
export function askGuarded<T>(
  task: string,
  isAnswer: (value: unknown) => value is T,
  otherwise: () => T,
  ask: () => unknown,
): T {
  let answer: unknown;
  try {
    answer = settled(task, ask());
    if (isAnswer(answer)) return answer;
    reportOnce(`${task}: no answer`, `${task} returned an unusable value; using the default`);
  } catch (error) {
    reportFailure(task, error);
  }
  return otherwise();
}

/** As `askGuarded`, where only a promise is no answer: it comes too late. */
export function askCallback<T>(task: string, otherwise: T, ask: () => T): T {
  return askGuarded(
    task,
    (answer): answer is T => !isThenable(answer),
    () => otherwise,
    ask,
  );
}

/** Passes on what a callback of the application has returned, and reports the rejection of a promise. */
export function settled(task: string, result: unknown): unknown {
  if (isThenable(result)) result.then(undefined, (error: unknown) => reportFailure(task, error));
  return result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function';
}
