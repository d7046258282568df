import type { Relation } from '../relation.ts';

/** How messages that came from SQS are handled. */
export interface SqsOptions {
  /** Default: `auto`. */
  readonly relation?: Relation | undefined;
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number | undefined;
  /** Names the queue where its messages do not tell: those that a client received, which was not traced. */
  readonly queueUrl?: string | undefined;
}
