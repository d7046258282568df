/** Why a request to the backend failed. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** What is counted as the same loss; a constant text without values. */
  readonly reason: string;
  readonly isRetryable: boolean;
  /** What the backend asked for by `Retry-After`. */
  readonly retryAfterMillis: number | undefined;

  constructor(reason: string, message: string, isRetryable: boolean, retryAfterMillis?: number) {
    super(message);
    this.reason = reason;
    this.isRetryable = isRetryable;
    this.retryAfterMillis = retryAfterMillis;
  }
}

/** The backend at `url` took too long. */
export function noAnswer(url: string, timeoutMillis: number): SendError {
  return new SendError('no answer', `${url} did not answer within ${Math.round(timeoutMillis)} ms`, true);
}

/** The process ends and waits for the backend at `url` no longer. */
export function processEnded(url: string): SendError {
  return new SendError('the process ended first', `${url} did not answer in time`, false);
}
