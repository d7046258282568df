import type { OtlpSettings, Signal } from './otlp-settings.ts';
import { createGrpcSender } from './grpc-sender.ts';
import { createHttpSender } from './http-sender.ts';

import type { Sender } from './sender.ts';

/**
 * The sender that speaks the protocol of `settings`.
 *
 * @throws when a certificate or key of `settings` cannot be read
 */
export function createSender(signal: Signal, settings: OtlpSettings): Sender {
  return settings.protocol === 'grpc' ? createGrpcSender(signal, settings) : createHttpSender(settings);
}
