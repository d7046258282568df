import { guard, reportFailure } from '@clew/diagnostics';
import { hrTime } from '@opentelemetry/core';
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { HooklessInstrumentation } from '../hookless-instrumentation.ts';
import { recordException, serverSpan, setErrorStatus, setRoute } from '../servers/server-span.ts';

const CHANNEL = 'fastify.initialization'; // published at the end of the factory by Fastify 4 and 5
// The preload and the application may each have an instrumentation.
const HOOKED: unique symbol = Symbol.for('clew.fastify.hooked');
/** Description of the symbol under which `@fastify/otel` keeps what it has replaced. */
const KEPT_BY_FASTIFY_OTEL = 'fastify otel addhook original';

/**
 * Tells the span of each request which route Fastify matched, and which error it answered with a server error. It
 * makes no spans of its own. Applications made while it is enabled keep their two hooks after it is disabled.
 *
 * The channels of Fastify 5, `tracing:fastify.request.handler`, cannot do it: they begin with the handler, so that a
 * request which a hook, a validation or nobody answers has none, and with a subscriber they cost each request more than the
 * hook, a store to run in and three messages.
 */
export class FastifyInstrumentation extends HooklessInstrumentation {
  constructor(config: InstrumentationConfig = {}) {
    super('@clew/instrumentations/fastify', config);
    this.subscribe(CHANNEL, addHooks);
  }
}

// Hooks that are added before any plugin are inherited by all of them, and run first.
function addHooks(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance & { [HOOKED]?: boolean } };
  if (fastify[HOOKED]) return;
  Object.defineProperty(fastify, HOOKED, { value: true });
  const addHook = ownAddHook(fastify);
  addHook('onRequest', function setRouteOfRequest(request, _reply, done) {
    nameRequest(request);
    done();
  });
  addHook('onError', function recordErrorOfReply(_request, reply, error, done) {
    guard('recording an error of Fastify', undefined, () => recordIfServerError(reply, error));
    done();
  });
}

/**
 * Finds the method of Fastify's own: `@fastify/otel`, where it was there before us, has replaced it by one that makes a
 * span of each call of a hook, ours too.
 */
function ownAddHook(fastify: FastifyInstance): FastifyInstance['addHook'] {
  const kept = Object.getOwnPropertySymbols(fastify).find(({ description }) => description === KEPT_BY_FASTIFY_OTEL);
  const addHook = ((kept && Reflect.get(fastify, kept)) ?? fastify.addHook) as FastifyInstance['addHook'];
  return addHook.bind(fastify);
}

/** Runs with each request: without `guard`, which takes a closure, and Fastify makes `routeOptions` anew each time it is read. */
function nameRequest(request: FastifyRequest & { routerPath?: string }): void {
  try {
    const options = request.routeOptions as FastifyRequest['routeOptions'] | undefined; // not there before 4.10
    const route = options === undefined ? request.routerPath : options.url;
    if (route !== undefined) setRoute(request.method, route); // no route: Fastify answers 404
  } catch (error) {
    reportFailure('naming a Fastify request', error);
  }
}

/** Waits for the response: only then is it known what the application's error handler made of the error. */
function recordIfServerError(reply: FastifyReply, error: Error): void {
  const span = serverSpan();
  if (span === undefined) return;
  const thrownAt = hrTime();
  // Before the listener by which the http instrumentation ends the span.
  reply.raw.prependOnceListener('close', () => {
    guard('recording an error of Fastify', undefined, () => {
      if (reply.raw.statusCode < 500) return;
      recordException(span, error, thrownAt);
      setErrorStatus(span, error);
    });
  });
}
