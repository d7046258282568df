import type { Span } from '@opentelemetry/api';

import { hostName } from '../propagation/host-name.ts';
import { noteTarget } from '../propagation/target-notes.ts';

/** The hook of upstream's undici instrumentation that we stand in for; that of the user is called as before. */
interface UndiciHooks {
  requestHook?(span: Span, request: UndiciRequest): void;
}

interface UndiciRequest {
  readonly origin?: string | URL;
}

/** The options for the undici instrumentation with a hook that notes the host just before context is injected. */
export function withUndiciHooks(config: object): object {
  const { requestHook } = config as UndiciHooks;
  return {
    ...config,
    requestHook(span, request) {
      try {
        requestHook?.(span, request);
      } finally {
        const host = URL.parse(String(request.origin))?.hostname;
        if (host !== undefined) noteTarget(span, { kind: 'http', host: hostName(host) });
      }
    },
  } satisfies UndiciHooks;
}
