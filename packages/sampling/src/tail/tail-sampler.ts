import type { Attributes } from '@opentelemetry/api';
import type { Sampler, Span, SpanProcessor } from '@opentelemetry/sdk-trace';

import type { PolicyInput } from '../policy/policy-input.ts';
import type { Policy, TailRule } from '../policy/policy.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { SamplingOptionError, unexpected } from '../sampling-option-error.ts';
import { tellOnce } from '../tell-once.ts';
import { isLocalRoot } from '../policy/judged-span.ts';
import { createOpenSpans } from './open-spans.ts';
import { createPolicyEngine } from './policy-engine.ts';
import { createPolicySampler } from './policy-sampler.ts';
import { endedSpan, startedRoot } from './read-span.ts';
import { createSpanHolder, type HolderCounts } from './span-holder.ts';
import { createTickTimer } from './tick-timer.ts';
import { createTraceTable } from './trace-table.ts';

/** Options of `createTailSampler`. */
export interface TailSamplerOptions {
  /** Gets the spans that are kept, changed: sampled, with the threshold in `tracestate`. Every start reaches it as it happens. */
  readonly next: SpanProcessor;
  /** Milliseconds from any beginning. With it no timer is armed: call `tick()`. */
  readonly clock?: { now(): number };
  /** Attributes of the resource, for head rules about it. Default: none. */
  readonly resource?: Readonly<Attributes>;
}

/** Counts of the spans that have ended; each is in one of these numbers. */
export interface TailCounts extends HolderCounts {
  /** Wait for the decision about their trace. */
  readonly undecided: number;
}

/** A span processor that holds spans until the policy has decided about their trace, and the sampler that goes with it. */
export interface TailSampler extends SpanProcessor {
  /**
   * For `new TracerProvider({ sampler })`: it decides by `head`, `base` and `upstream`, and lets be recorded what the tail
   * rules may keep. With a sampler that keeps everything the decisions are the same, but other processes are told that
   * everything is sampled.
   */
  readonly sampler: Sampler;
  /** Decides what is due by now. */
  tick(): void;
  /** The number of ended spans that are held. */
  buffered(): number;
  counts(): TailCounts;
  /** Decides the traces whose local roots have ended: for a platform that freezes the process between requests. */
  decideEnded(): void;
  /**
   * For a propagator that has told another process to continue a trace: if it told that the trace is sampled, the trace is
   * kept.
   */
  contextInjected(traceId: string): void;
  /** Whether a propagator should tell that a trace is sampled although its spans started without the flag. */
  isPromoted(traceId: string): boolean;
  /** Puts another policy in force, for traces that begin from now on. Throws as `createTailSampler` does. */
  setPolicy(policy: Policy | PolicyInput): void;
}

/**
 * Tail sampling in the process, in front of any span processor of any OpenTelemetry SDK.
 *
 * @example
 * const tail = createTailSampler(policy, { next: new BatchSpanProcessor(exporter) });
 * new TracerProvider({ sampler: tail.sampler, spanProcessors: [tail] });
 *
 * @param policy of `readPolicy`, or the same as it is written in code
 * @throws SamplingOptionError for a policy with problems, and for options that are none
 */
export function createTailSampler(policy: Policy | PolicyInput, options: TailSamplerOptions): TailSampler {
  const { next, clock, resource = {} } = checked(options);
  const now = clock === undefined ? () => performance.now() : () => clock.now();
  const engineOptions = { resource, now, onFailure: createFailureNote() };
  const open = createOpenSpans();
  const sink = createSpanHolder(next);
  const attempt = createAttempt();
  const table = createTraceTable({
    engine: createPolicyEngine(readPolicyOf(policy), engineOptions),
    sink,
    now,
    openSpanIds: open.idsOf,
  });
  const timer = clock === undefined ? createTickTimer(table, now) : undefined;

  return {
    sampler: createPolicySampler(table, now),
    onStart(span, context) {
      attempt(() => next.onStart(span, context));
      const root = startedRoot(span);
      if (root !== undefined) {
        table.rootStarted(root);
        timer?.arm();
      }
      const { traceId, spanId } = span.spanContext();
      open.add(traceId, spanId);
      table.spanStarted(traceId, spanId, root === undefined ? span.parentSpanContext?.spanId : undefined);
    },
    ...(next.onEnding !== undefined && { onEnding: (span: Span) => attempt(() => next.onEnding?.(span)) }),
    onEnd(span) {
      const ended = endedSpan(span);
      // One that has not started, or has ended before, is not awaited.
      sink.during(span, () => {
        if (!open.has(ended.traceId, ended.spanId) || !table.letsGo(ended)) table.take(ended);
      });
      if (open.delete(ended.traceId, ended.spanId)) table.spanEnded(ended.traceId, isLocalRoot(ended), ended.spanId);
      timer?.arm();
    },
    async forceFlush() {
      await next.forceFlush();
    },
    async shutdown() {
      timer?.stop();
      table.decideAll();
      await next.shutdown();
    },
    tick: table.tick,
    buffered: table.held,
    counts: () => ({ ...sink.counts(), undecided: table.undecided() }),
    decideEnded: table.decideEnded,
    contextInjected: table.contextInjected,
    isPromoted: table.isPromoted,
    setPolicy(changed) {
      table.setEngine(createPolicyEngine(readPolicyOf(changed), engineOptions, table.engine()));
    },
  };
}

function checked(options: TailSamplerOptions): TailSamplerOptions {
  const { next, clock } = (options as Partial<TailSamplerOptions> | null | undefined) ?? {};
  if (typeof next?.onStart !== 'function' || typeof next.onEnd !== 'function') {
    throw unexpected('createTailSampler.next', next, 'a span processor');
  }
  if (clock !== undefined && typeof clock?.now !== 'function') {
    throw unexpected('createTailSampler.clock', clock, 'an object with now()');
  }
  return options;
}

/** Runs work of the processor behind; a failure is reported once. */
function createAttempt(): (work: () => void) => void {
  const tellFailure = tellOnce(
    'error',
    'a span processor behind the tail sampler failed at the start of a span; later failures stay silent',
  );
  return (work) => {
    try {
      work();
    } catch (error) {
      tellFailure(error);
    }
  };
}

/** Reports the failures of each rule once. */
function createFailureNote(): (rule: TailRule, error: unknown) => void {
  const known = new Map<string, (error: unknown) => void>();
  return ({ name }, error) => {
    const tell = known.get(name) ?? tellOnce('error', `sampling rule ${name} failed; taking it as not matching`);
    known.set(name, tell);
    tell(error);
  };
}

/** Reads the policy, unless that has been done. */
function readPolicyOf(policy: Policy | PolicyInput): Policy {
  if (isRead(policy)) return policy;
  const reading = readPolicy(policy);
  if (reading.policy !== undefined) return reading.policy;
  const problems = reading.problems.map(({ message }) => message).join('\n  ');
  throw new SamplingOptionError('createTailSampler.policy', `has problems:\n  ${problems}`);
}

/** `readPolicy` freezes what it returns, and has filled in what input may leave out. */
function isRead(policy: Policy | PolicyInput | null): policy is Policy {
  return (
    typeof policy === 'object' &&
    policy !== null &&
    Object.isFrozen(policy) &&
    'base' in policy &&
    'limits' in policy &&
    policy.limits !== undefined &&
    'traceAge' in policy.limits
  );
}
