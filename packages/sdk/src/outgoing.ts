import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import type { TextMapPropagator } from '@opentelemetry/api';

/** Who gets a part of our context: everybody, or requests to these hosts. `*.example.com` means every host below it. */
export type Hosts = 'all' | readonly string[];

/** The host that the injection under way is for. A propagator is given headers only. */
export interface OutgoingTarget extends Disposable {
  /** For instrumentations to tell, right before they inject. */
  note(host: string | undefined): void;
  /** `undefined`: not known. */
  host(): string | undefined;
}

const UNDICI_CHANNEL = 'undici:request:create';

/** Listens to undici, which tells its target before it is instrumented; others call `note`. */
export function watchOutgoingRequests(): OutgoingTarget {
  let current: string | undefined;
  const note = (host: string | undefined) => {
    current = host?.toLowerCase();
    queueMicrotask(() => (current = undefined)); // the injection follows at once, or not at all
  };
  const onRequest = (message: unknown) => {
    const { origin } = (message as { request: { origin?: string | URL } }).request;
    note(URL.parse(String(origin))?.hostname);
  };
  subscribe(UNDICI_CHANNEL, onRequest);
  return {
    note,
    host: () => current,
    [Symbol.dispose]: () => void unsubscribe(UNDICI_CHANNEL, onRequest),
  };
}

/** The same propagator, which injects only into requests to these hosts. An unknown target is none of them. */
export function injectOnlyTo(hosts: Hosts, propagator: TextMapPropagator, target: OutgoingTarget): TextMapPropagator {
  if (hosts === 'all') return propagator;
  const patterns = hosts.map((host) => host.toLowerCase());
  return {
    fields: () => propagator.fields(),
    extract: (context, carrier, getter) => propagator.extract(context, carrier, getter),
    inject(context, carrier, setter) {
      const host = target.host();
      if (host !== undefined && isListed(host, patterns)) propagator.inject(context, carrier, setter);
    },
  };
}

function isListed(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern));
}
