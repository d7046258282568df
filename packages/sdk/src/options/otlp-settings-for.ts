import type { OtlpProtocol, OtlpSettings, Signal } from '../sending/otlp-settings.ts';
import type { ResolvedOptions } from './options.ts';

const DEFAULT_HTTP_ENDPOINT = 'http://localhost:4318';
const DEFAULT_GRPC_ENDPOINT = 'http://localhost:4317';

/**
 * What the options say for one signal: its own value, else the common one. The common endpoint is a base to which the
 * signal's path is appended; a signal's own endpoint is used as it is.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
 */
export function otlpSettingsFor(signal: Signal, { otlp }: Pick<ResolvedOptions, 'otlp'>): OtlpSettings {
  const own = otlp[signal];
  const protocol = own.protocol ?? otlp.protocol;
  return {
    url: urlFor(signal, protocol, own.endpoint, otlp.endpoint),
    protocol,
    headers: { ...otlp.headers, ...own.headers },
    compression: own.compression ?? otlp.compression,
    timeoutMillis: own.timeoutMillis ?? otlp.timeoutMillis,
    certificate: own.certificate ?? otlp.certificate,
    clientKey: own.clientKey ?? otlp.clientKey,
    clientCertificate: own.clientCertificate ?? otlp.clientCertificate,
  };
}

function urlFor(signal: Signal, protocol: OtlpProtocol, own: string | undefined, base: string | undefined): string {
  if (protocol === 'grpc') return own ?? base ?? DEFAULT_GRPC_ENDPOINT;
  return own ?? `${(base ?? DEFAULT_HTTP_ENDPOINT).replace(/\/+$/, '')}/v1/${signal}`;
}
