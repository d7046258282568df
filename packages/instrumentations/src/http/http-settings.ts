import type { Tracer } from '@opentelemetry/api';

import { capturedHeaders, type CapturedHeaders } from '../requests/captured-headers.ts';
import type { HttpInstrumentationConfig } from './http-config.ts';
import type { HttpDurations } from './http-durations.ts';
import type { OpenRequests } from '../requests/open-requests.ts';

/** The options of the instrumentation, prepared for being read with each request. */
export interface HttpSettings {
  readonly config: HttpInstrumentationConfig;
  readonly client: CapturedHeaders | undefined;
  readonly server: CapturedHeaders | undefined;
}

export function httpSettings(config: HttpInstrumentationConfig): HttpSettings {
  const { client, server } = config.headersToSpanAttributes ?? {};
  return { config, client: capturedHeaders(client), server: capturedHeaders(server) };
}

/** The instrumentation, as both sides see it. */
export interface HttpParts {
  readonly durations: HttpDurations;
  readonly open: OpenRequests;
  tracer(): Tracer;
  settings(): HttpSettings;
}
