import { trace, type Context, type Span } from '@opentelemetry/api';
import { targetOf, type Target } from '@clew/spans';

/** A queue, as one who makes a span for it knows it. */
type NotedTarget = Extract<Target, { kind: 'message' }>;

// Notes for the injections of instrumentations that make the context themselves, as upstream's of messages do. Each fits the
// injections for one span. A second copy of this module knows none, and less is injected.
const targets = new WeakMap<Span, NotedTarget>();

/** Notes the target of a span, from whose context is about to be injected. */
export function noteTarget(span: Span, target: NotedTarget): void {
  targets.set(span, target);
}

/**
 * The target of the injection from this context. What a span notes counts as often as it has messages. A target on the
 * context counts before it: within such a span there may be a child process or a request. An HTTP client of upstream's puts none
 * there, and nobody can know its host: `propagate` gives it what a host that is not listed gets.
 */
export function injectionTarget(context: Context): Target | undefined {
  const target = targetOf(context);
  if (target !== undefined) return target;
  const span = trace.getSpan(context);
  return span && targets.get(span);
}
