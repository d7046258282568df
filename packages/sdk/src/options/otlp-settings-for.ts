import type { OtlpSettings, Signal } from '../sending/otlp-settings.ts';
import { isHost } from './option-kind.ts';
import type { ResolvedOptions } from './options.ts';

const DEFAULT_HTTP_ENDPOINT = 'http://localhost:4318';
const DEFAULT_GRPC_ENDPOINT = 'http://localhost:4317';

/**
 * Settings of one signal: its own value, else the common one. The common endpoint is a base to which the
 * signal's path is appended; a signal's own endpoint is used as it is.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
 */
export function otlpSettingsFor(signal: Signal, { otlp }: Pick<ResolvedOptions, 'otlp'>): OtlpSettings {
  const own = otlp[signal];
  const protocol = own.protocol ?? otlp.protocol;
  const isInsecure = own.insecure ?? otlp.insecure;
  const grpcUrl = () => withScheme(own.endpoint ?? otlp.endpoint ?? DEFAULT_GRPC_ENDPOINT, isInsecure);
  return {
    url: protocol === 'grpc' ? grpcUrl() : httpUrl(signal, own.endpoint, otlp.endpoint),
    protocol,
    headers: { ...otlp.headers, ...own.headers },
    compression: own.compression ?? otlp.compression,
    timeoutMillis: own.timeoutMillis ?? otlp.timeoutMillis,
    certificate: own.certificate ?? otlp.certificate,
    clientKey: own.clientKey ?? otlp.clientKey,
    clientCertificate: own.clientCertificate ?? otlp.clientCertificate,
  };
}

function httpUrl(signal: Signal, own: string | undefined, base: string | undefined): string {
  return own ?? `${(base ?? DEFAULT_HTTP_ENDPOINT).replace(/\/+$/, '')}/v1/${signal}`;
}

/**
 * The endpoint with a scheme; for one without it, the option `insecure` decides.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options
 */
function withScheme(endpoint: string, isInsecure: boolean): string {
  if (!isHost(endpoint)) return endpoint;
  return `${isInsecure ? 'http' : 'https'}://${endpoint}`;
}
