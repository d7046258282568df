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
