import {
  ROOT_CONTEXT,
  createContextKey,
  trace,
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
} from '@opentelemetry/api';

import { guardedSubscribe } from '@clew/diagnostics';

import { GuardedContextManager } from '../guarded/guarded-context-manager.ts';
import { withAnsweredIncoming } from './trust-boundary.ts';

/** A server of this process listens: what follows is work of its own and not of the trace that started it. */
const LISTENING = 'tracing:net.server.listen:asyncEnd';
const DETACHED = createContextKey('clew.detached');

/** Reads context from environment variables: `traceparent` is `TRACEPARENT`. */
const environmentGetter: TextMapGetter<NodeJS.ProcessEnv> = {
  keys: (env) => Object.keys(env).map((name) => name.toLowerCase()),
  get: (env, key) => env[key.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')],
};

/**
 * The context that the parent process handed over in the environment, if it did. It names its sender, whom we trust: who
 * can set our environment can do more than that.
 *
 * @see https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 */
export function contextFromEnvironment(propagator: TextMapPropagator, env: NodeJS.ProcessEnv): Context | undefined {
  const context = propagator.extract(ROOT_CONTEXT, env, environmentGetter);
  return trace.getSpanContext(context) === undefined ? undefined : withAnsweredIncoming(context, { kind: 'child' });
}

/** Where nothing else is active, the given context is, until it is let go. */
export class StartupContextManager extends GuardedContextManager {
  #startup: Context | undefined;

  constructor(startup: Context | undefined) {
    super();
    this.#startup = startup;
    if (startup === undefined) return;
    const unsubscribe = guardedSubscribe(LISTENING, 'letting go of the context of the parent process', () => {
      this.#startup = undefined;
      unsubscribe();
    });
  }

  /** Whether work outside every span still belongs to the trace that started this process. */
  get isStartingUp(): boolean {
    return this.#startup !== undefined;
  }

  override active(): Context {
    const active = super.active();
    return active === ROOT_CONTEXT ? (this.#startup ?? ROOT_CONTEXT) : active;
  }

  protected override contextToRunIn(given: Context): Context {
    // Whoever asks for the root context means it: an empty one that is not taken for "nothing is active".
    return given === ROOT_CONTEXT && this.isStartingUp ? given.setValue(DETACHED, true) : given;
  }
}
