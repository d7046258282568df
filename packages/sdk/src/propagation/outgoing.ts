import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import type { TextMapPropagator } from '@opentelemetry/api';

/** Who gets a part of our context: everybody, or requests to these hosts. `*.example.com` means every host below it. */
export type Hosts = 'all' | readonly string[];

const UNDICI_CHANNEL = 'undici:request:create';

// The host that the injection under way is for. A second copy of this module knows none, and injects into less.
let currentHost: string | undefined;

/** Tells for whom an instrumentation is about to inject: a propagator is given headers only. */
export function noteTarget(host: string | undefined): void {
  currentHost = host?.toLowerCase();
  queueMicrotask(() => (currentHost = undefined)); // the injection follows at once, or not at all
}

/**
 * Notes the targets of undici, which tells them on its channel. To be called before undici is instrumented by the same
 * channel.
 *
 * @returns stops listening
 */
export function watchUndiciTargets(): () => void {
  const onRequest = (message: unknown) => {
    const { origin } = (message as { request: { origin?: string | URL } }).request;
    noteTarget(URL.parse(String(origin))?.hostname);
  };
  subscribe(UNDICI_CHANNEL, onRequest);
  return () => void unsubscribe(UNDICI_CHANNEL, onRequest);
}

/** The same propagator, which injects only into requests to these hosts. An unknown target is none of them. */
export function injectOnlyTo(hosts: Hosts, propagator: TextMapPropagator): TextMapPropagator {
  if (hosts === 'all') return propagator;
  const patterns = hosts.map((host) => host.toLowerCase());
  return {
    fields: () => propagator.fields(),
    extract: (context, carrier, getter) => propagator.extract(context, carrier, getter),
    inject(context, carrier, setter) {
      if (currentHost !== undefined && isListed(currentHost, patterns)) propagator.inject(context, carrier, setter);
    },
  };
}

function isListed(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern));
}
