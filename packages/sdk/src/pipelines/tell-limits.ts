import { placeOfError, readProperty, reportOnce } from '@clew/diagnostics';
import { PROMISED, type LimitEvent } from '@clew/sampling/internal';

/** The loss of spans of a trace that is kept. */
export const TOO_MANY = {
  reason: 'too many spans wait',
  explanation:
    'a trace that is kept had more spans than limits.spans_per_trace or limits.buffered_bytes of the sampling policy allow',
} as const;

let isAgeTold = false; // a second copy of this module says it once more, no harm

/** Says what the limits of the sampling policy have done: that spans were left out is in their account. */
export function tellLimit(limit: LimitEvent): void {
  if (limit === 'age' && !isAgeTold) {
    isAgeTold = true;
    reportOnce(
      'sampling: age',
      'a trace was open for longer than limits.trace_age of the sampling policy; what had ended of it was decided on by itself, as for all such traces',
    );
  }
  if (limit === 'room') {
    reportOnce(
      'sampling: room',
      'more spans wait for the decision about their trace than limits of the sampling policy allow; the oldest traces were decided as at their start',
    );
  }
  if (limit === 'owed') {
    reportOnce(
      'sampling: budget',
      'other processes keep more traces than the budget of the sampling policy has room for; the parts of this process are exported all the same, beyond the budget',
    );
  }
}

/** For `onFailure`. */
export function tellRuleFailure({ name }: { readonly name: string }, error: unknown): void {
  const said = readProperty(error, 'message') === PROMISED ? PROMISED : placeOfError(error); // other messages may quote values
  reportOnce(`sampling rule ${name}`, `the sampling rule ${name} failed and counts as not matching: ${said}`);
}
