import { trace, type Context, type Span } from '@opentelemetry/api';
import { targetOf, type Target } from '@clew/spans';

/** A host or a queue, as one who makes a span for it knows it. */
type NotedTarget = Exclude<Target, { kind: 'child' }>;

// Notes for the injections of instrumentations that make the context themselves, as upstream's do. Each fits one
// injection alone, by the span in it. A second copy of this module knows none, and less is injected.
const targets = new WeakMap<Span, NotedTarget>();

/** Notes the target of a span, from whose context is about to be injected. */
export function noteTarget(span: Span, target: NotedTarget): void {
  targets.set(span, target);
}

/**
 * The target of the injection from this context. An http request counts once and before all that the context says, since its
 * note fits nothing else. The target of a message counts as often as its span has messages, and a target on the context before
 * it: within such a span there may be a child process.
 */
export function takeTarget(context: Context): Target | undefined {
  const span = trace.getSpan(context);
  const noted = span && targets.get(span);
  if (span !== undefined && noted?.kind === 'http') {
    targets.delete(span);
    return noted;
  }
  return targetOf(context) ?? noted;
}
