import { describeError, readProperty } from '@clew/diagnostics';

import { ownMessage } from '../redaction/text/own-message.ts';

// A module that is required beside the bundle has a copy of this class of its own.
const BRAND = Symbol.for('clew.SendError');

/** Why a request to the backend failed. Its message shows no secrets, of the endpoint or of what the backend said. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** Reason under which the loss is counted; a constant text without values. */
  readonly reason: string;
  readonly isRetryable: boolean;
  /** Delay that the backend asked for by `Retry-After`. */
  readonly retryAfterMillis: number | undefined;

  constructor(reason: string, message: string, isRetryable: boolean, retryAfterMillis?: number) {
    super(ownMessage(message));
    this.reason = reason;
    this.isRetryable = isRetryable;
    this.retryAfterMillis = retryAfterMillis;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return readProperty(value, BRAND) === true;
  }
}

/** The backend at `url` took too long. */
export function noAnswer(url: string, timeoutMillis: number): SendError {
  return new SendError('no answer', `${url} did not answer within ${Math.round(timeoutMillis)} ms`, true);
}

/** The backend at `url` hung up without an answer, or with one that is none. */
export function connectionLost(url: string): SendError {
  return new SendError('the connection was lost', `${url} closed the connection without an answer`, true);
}

/** The process ends and waits for the backend at `url` no longer. */
export function processEnded(url: string): SendError {
  return new SendError('the process ended first', `${url} did not answer in time`, true);
}

/** The application has put something in the place of Node's client, which returns no request. */
export function replacedClient(url: string): SendError {
  return new SendError('the client is replaced', `the application has replaced the client for ${url}`, true);
}

/** Makes a `SendError` of anything thrown while sending. Other errors are ours; trying again would not mend them. */
export function toSendError(error: unknown): SendError {
  return error instanceof SendError ? error : new SendError('an unexpected failure', describeError(error), false);
}

/** Whether a second attempt moments later would be in vain. */
export function isUnreachable(reason: string): boolean {
  return reason === 'nothing listens' || reason === 'the host is not known';
}
