import type { FactReader } from './compile-conditions.ts';
import type { JudgedSpan } from './judged-span.ts';
import type { TailRule } from './policy.ts';

/** A span, and all that tail rules may ask about it. */
export interface SpanSubject {
  readonly span: JudgedSpan;
  readonly scope: SpanScope;
  readonly surroundings: RuleSurroundings;
}

/** Part of a tail rule that asks: its conditions about the local root, or those in `any_span`. */
export type SpanScope = 'root' | 'any_span';

/** Knowledge that is not in the spans. */
export interface RuleSurroundings {
  /**
   * Returns the duration in milliseconds that a share `quantile` of the spans with this value of the attribute `per` does
   * not exceed, or `undefined` while too few are known: then `slower_than` does not match. Counts stay true as long as it
   * depends on the past only.
   *
   * @param scope `root` where the condition is about local roots, `any_span` where it is about all spans
   */
  quantileOf?(quantile: number, per: string, value: unknown, scope: SpanScope): number | undefined;
  /** Takes an error that a function of a rule, or a span, threw. The rule does not match by that root or span. */
  onFailure?(rule: TailRule, error: unknown): void;
}

/** Reads the facts of one ended span. */
export const SPAN_FACTS: FactReader<SpanSubject> = {
  name: ({ span }) => span.name,
  kind: ({ span }) => span.kind,
  attribute: ({ span }, key) => span.attribute(key),
  resource: ({ span }, key) => {
    const { attributes } = span.resource;
    return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  },
  status: ({ span }) => span.status.code,
  duration: ({ span }) => span.durationMillis,
  slowFrom: ({ span, scope, surroundings }, quantile, per) =>
    surroundings.quantileOf?.(quantile, per, span.attribute(per), scope),
};
