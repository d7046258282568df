import type { Relation } from '../relation.ts';

/** How the jobs of pg-boss are traced. */
export interface PgBossOptions {
  /** Default: `auto`. */
  readonly relation?: Relation | undefined;
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number | undefined;
  /**
   * Whether the context travels in the data of jobs, from which it is taken out again before the handler is called. Workers
   * without Clew see a member `_otel` more. Default: true.
   */
  readonly carriesContext?: boolean | undefined;
}
