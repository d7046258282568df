import type { Link } from '@opentelemetry/api';

import { unexpected } from './sampling-option-error.ts';
import {
  checkedSampler,
  createThresholdSampler,
  type SamplingIntent,
  type SpanStart,
  type ThresholdSampler,
} from './threshold-sampler.ts';
import { tellOnce } from './tell-once.ts';
import { REJECT_NOTHING } from './is-kept.ts';

const SAMPLED = 0b1;

/** Options of `linksAware`. */
export interface LinksAwareOptions {
  /** Decides about spans without a link to a kept span. */
  readonly next: ThresholdSampler;
  /**
   * Returns `true` for a link whose sender may have its trace kept here, at our cost. An error that it throws is reported
   * once by `diag` and means no. Default: all links that the span is started with. Clew adds links to senders it does not
   * trust after the decision, so no sampler sees them.
   */
  isTrusted?(link: Link, start: SpanStart): boolean;
}

const KEEP: SamplingIntent = { threshold: REJECT_NOTHING, isCountKnown: true, isPromised: false };

/**
 * Keeps a span that is linked to a kept span of another trace, such as a consumer's whose messages were sent in traces of
 * their own, and asks `next` about every other. Counts stay true: the other trace's decision says nothing about the
 * randomness of this one.
 *
 * @throws SamplingOptionError when `next` is no sampler of this package, or `isTrusted` no function
 */
export function linksAware(options: LinksAwareOptions): ThresholdSampler {
  const next = checkedSampler('linksAware.next', options?.next);
  if (options.isTrusted !== undefined && typeof options.isTrusted !== 'function') {
    throw unexpected('linksAware.isTrusted', options.isTrusted, 'a function');
  }
  const isTrusted = options.isTrusted?.bind(options);
  const tellFailure = tellOnce('error', 'linksAware.isTrusted failed; not trusting the link');
  const counts = (link: Link, start: SpanStart): boolean => {
    try {
      if (!isKeptElsewhere(link, start)) return false;
      return isTrusted === undefined || (isTrusted(link, start) as unknown) === true;
    } catch (error) {
      tellFailure(error);
      return false;
    }
  };
  const hasTrusted = (start: SpanStart): boolean => {
    if (!Array.isArray(start.links)) return false;
    for (const link of start.links) if (counts(link, start)) return true;
    return false;
  };
  return createThresholdSampler(
    () => `LinksAware{next=${next.toString()}}`,
    (start) => (hasTrusted(start) ? KEEP : next.intentFor(start)),
  );
}

/** A link within the trace does not count: this trace's own randomness decided about it. */
function isKeptElsewhere(link: Link | undefined, { parent }: SpanStart): boolean {
  const linked = link?.context;
  return linked !== undefined && (linked.traceFlags & SAMPLED) !== 0 && linked.traceId !== parent?.traceId;
}
