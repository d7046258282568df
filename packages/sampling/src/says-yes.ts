/** Words about an answer that is a promise. */
export const PROMISED = 'returned a promise, expected true or false';

/**
 * Tells whether a function of the application has answered `true`. A promise comes too late to be an answer; that it rejects
 * must not end the process, as an unhandled rejection would.
 *
 * @throws TypeError for a promise
 */
export function saysYes(answer: unknown): boolean {
  if (answer instanceof Promise) {
    void Promise.prototype.then.call(answer, undefined, () => {});
    throw new TypeError(PROMISED);
  }
  return answer === true;
}
