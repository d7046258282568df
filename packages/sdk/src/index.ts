export { ConfigurationError } from './options/configuration-error.ts';
export { defineConfig } from './options/define-config.ts';
export { flushAfter } from './flush-after.ts';
export type { InstrumentationOptions } from './options/instrumentation-options.ts';
export type {
  DetectorName,
  LogExporterName,
  MetricExporterName,
  OtlpOptions,
  SamplerName,
  StartOptions,
  TraceExporterName,
} from './options/options.ts';
export type { PropagatorName } from './propagation/propagator.ts';
export type { Hosts, Share, ShareOption } from './propagation/share.ts';
export type { Trust } from './propagation/trust-boundary.ts';
export type { Incoming, Target } from '@clew/spans';
export type { LogLevel } from './otel/diag-logger.ts';
export type { OtlpProtocol } from './sending/otlp-settings.ts';
export type { ClewSdk, FlushOptions, Status } from './clew-sdk.ts';
export { start } from './start-bundled.ts';
