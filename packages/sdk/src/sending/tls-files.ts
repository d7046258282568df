import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { OtlpSettings } from './otlp-settings.ts';

/** The certificates and the key of `settings`, as Node's TLS takes them. */
export function readTlsFiles(settings: OtlpSettings): Pick<SecureContextOptions, 'ca' | 'key' | 'cert'> {
  const { certificate, clientKey, clientCertificate } = settings;
  return {
    ...(certificate !== undefined && { ca: readFileSync(certificate) }),
    ...(clientKey !== undefined && { key: readFileSync(clientKey) }),
    ...(clientCertificate !== undefined && { cert: readFileSync(clientCertificate) }),
  };
}
