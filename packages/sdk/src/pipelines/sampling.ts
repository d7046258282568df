import type { Resource } from '@opentelemetry/resources';
import { writeLine } from '@clew/diagnostics';
import type { TraceVerdicts } from '@clew/logs/hold/internal';
import {
  createPolicyEngine,
  createPolicySampler,
  markDebug,
  readOt,
  withThreshold,
  type HeadReads,
  type PolicyEngine,
  type PolicySampler,
} from '@clew/sampling/internal';
import type { Policy } from '@clew/sampling/policy';
import type { TraceLifetimes } from '@clew/spans/internal';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace';

import type { SamplingWish } from '../options/sampling-wish.ts';
import { settledResource } from '../outbox/settled-resource.ts';
import type { StageCounts, Undecided } from '../outbox/stage.ts';
import { timers } from '../otel/timers.ts';
import { readDebugHeader, type DebugHeader } from '../propagation/debug-header.ts';
import { promoteInjections } from '../propagation/promote-injections.ts';
import type { NamedPropagator } from '../propagation/wrap-propagator.ts';
import { openPolicySource } from './policy-source.ts';
import { createTail, type Tail, type TailWays } from './tail.ts';
import { tellRuleFailure } from './tell-limits.ts';

/** A sampling policy in force. */
export interface OpenedSampling {
  /** Decides as traces begin, by the policy that was read last. Ask for it after `open`. */
  readonly sampler: Sampler;
  /** Facts that the policy in force reads of a local root, beside its name, its kind and its parent. */
  readsOfRoots(): HeadReads;
  /** Puts the tail before the ways that ended spans go; returns the processors that stand for them. */
  open(ways: TailWays): readonly SpanProcessor[];
  /** Adds what the policy says to other processes and hears from them. */
  propagator(propagator: NamedPropagator): NamedPropagator;
  readonly undecided: Undecided;
  /** Counts of the spans that waited, by what became of them. */
  counts(): StageCounts;
  /** Begins to follow traces. */
  register(): void;
  shutdown(): void;
}

/** Parts that the policy shares with the rest of the SDK. */
export interface SamplingParts {
  readonly resource: Resource;
  readonly lifetimes: TraceLifetimes;
  /** Gets a verdict on each trace, where logs are held. */
  readonly verdicts: TraceVerdicts | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Takes what must not leave the process, in whatever it stands. */
  readonly secrets: Set<string>;
}

/**
 * Puts the policy that the user asks for into force, and each one that its file holds later.
 *
 * @returns undefined where the policy cannot be used, which stderr explains
 * @throws ConfigurationError for a mistake in a policy in code
 */
export function openSampling(wish: SamplingWish, parts: SamplingParts): OpenedSampling | undefined {
  const { resource } = parts;
  const engineOf = (policy: Policy, previous?: PolicyEngine) => {
    const options = { resource: settledResource(resource).attributes, now: timers.now, onFailure: tellRuleFailure };
    return createPolicyEngine(policy, options, previous);
  };
  const source = openPolicySource(wish, (policy) => {
    tail?.table.setEngine(engineOf(policy, tail.table.engine()));
    debug = debugHeaderOf(policy, parts);
  });
  if (source === undefined) return undefined;
  let tail: Tail | undefined;
  let sampler: PolicySampler | undefined;
  let debug = debugHeaderOf(source.policy, parts);
  const opened = () => tail as Tail;

  return {
    open(ways) {
      tail = createTail(engineOf(source.policy), ways, parts);
      sampler = createPolicySampler(tail.table, timers.now);
      return tail.processors;
    },
    get sampler() {
      return sampler as PolicySampler;
    },
    readsOfRoots: () => opened().table.engine().head.reads,
    propagator: (propagator) =>
      promoteInjections(
        readDebugHeader(propagator, () => debug, markDebug),
        {
          isPromoted: (traceId) => opened().table.isPromoted(traceId),
          isRefused: (context) => (sampler as PolicySampler).isRefused(context),
          withoutThreshold: (state) => state && withThreshold(state, readOt(state), undefined),
        },
      ),
    undecided: {
      count: () => opened().counts().undecided,
      decideEnded: () => opened().table.decideEnded(),
      decideAll: () => opened().table.decideAll(),
      adoptAll: () => opened().adoptAll(),
    },
    counts: () => opened().counts(),
    register: () => opened().register(),
    shutdown() {
      source.close();
      tail?.shutdown();
    },
  };
}

/** The header and its secret; without the secret nobody can ask, and one line says so. */
function debugHeaderOf({ debug }: Policy, { env, secrets }: SamplingParts): DebugHeader | undefined {
  if (debug === undefined) return undefined;
  const secret = env[debug.secretEnv]?.trim(); // a mounted secret ends with a line break, and values of headers are trimmed
  if (secret) {
    secrets.add(secret);
    return { name: debug.header, secret };
  }
  writeLine(
    `${debug.secretEnv} is not set; the sampling policy asks for it, and nobody can ask for traces by ${debug.header}`,
  );
  return undefined;
}
