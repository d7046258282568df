import { DEFAULT_LIMITS } from '../policy/policy-shape.ts';
import type { Condition, Match, Policy } from '../policy/policy.ts';
import type { TakeNote } from './collector-note.ts';

const LEFT_OUT = 'left out';

/**
 * Notes what the Collector does otherwise or not at all, of the keys beside rules and of all rules.
 *
 * @param instances number of Collectors that decide
 */
export function notePolicy(policy: Policy, instances: number, note: TakeNote): void {
  const { upstream, debug, forced, budget, base } = policy;
  if (upstream !== 'respect')
    note('upstream', 'is about callers, and the Collector decides about whole traces', LEFT_OUT);
  if (debug !== undefined) note('debug', 'is about a header, which the Collector does not see', LEFT_OUT);
  if (forced !== undefined) note('forced', 'is about callers, whose decisions the Collector does not follow', LEFT_OUT);
  if (budget !== undefined) {
    const divided = instances === 1 ? '' : `, with spans_per_second divided by ${instances}`;
    note('budget', ONE_BY_ONE, `written as composite${divided}, without burst`);
  }
  noteLimits(policy, note);
  if (base.balance !== undefined) note('base.balance', 'has no counterpart', 'left out: base.ratio is for all values');
  noteRules(policy, note);
}

const ONE_BY_ONE = 'is kept by each Collector for itself, first come, first served, and leaves counts unknown';

function noteLimits({ limits }: Policy, note: TakeNote): void {
  const isSet = (key: keyof typeof limits) => limits[key] !== DEFAULT_LIMITS[key];
  if (isSet('bufferedSpans'))
    note('limits.buffered_spans', 'counts spans', 'written as num_traces, which counts traces');
  if (isSet('bufferedBytes'))
    note('limits.buffered_bytes', 'is the memory of a process', 'left out: memory_limiter has a share of all memory');
  if (isSet('traceAge'))
    note('limits.trace_age', 'is for traces that stay open', 'written as decision_wait, for which every trace waits');
  if (isSet('linger'))
    note('limits.linger', 'is too short for spans of other services', 'left out: decision_wait is the wait');
  if (isSet('spansPerTrace'))
    note('limits.spans_per_trace', 'has no counterpart', 'left out: all spans of a trace are held');
}

/** Notes once what is so with all rules of a kind. */
function noteRules({ head, rules, base }: Policy, note: TakeNote): void {
  if (rules.some(({ match }) => typeof match !== 'function' && match.some(({ on }) => on !== 'anySpan')))
    note('rules', 'are about the first span of each process', FIRST_SPAN);
  const conditions = [...head, ...rules].flatMap(({ match, unless }) => [...all(match), ...all(unless)]);
  if (conditions.some(({ on }) => on === 'attribute' || on === 'resource'))
    note('', 'tests each item of a list, and compares a text of digits as a number', ONE_VALUE);
  if ([...head, ...rules, base].some(({ ratio }) => ratio > 0 && ratio < 1))
    note('', 'keeps shares by the randomness of the trace, and writes them on kept spans', BY_HASH);
}

const FIRST_SPAN =
  'written as tests of spans without a parent, or whose flags, which some SDKs do not set, say it is remote';
const ONE_VALUE = 'written as tests that take a list for one text, and a text for no number';
const BY_HASH =
  'written as probabilistic, which decides by a hash and writes nothing, unless processor.tailsamplingprocessor.usetracestate is on';

/** All conditions, with those within `any_span`. */
function all(match: Match<never> | undefined): readonly Condition[] {
  if (match === undefined || typeof match === 'function') return [];
  return match.flatMap((condition) => (condition.on === 'anySpan' ? condition.allOf : [condition]));
}
