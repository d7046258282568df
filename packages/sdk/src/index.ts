export { ConfigurationError } from './options/configuration-error.ts';
export { defineConfig } from './options/define-config.ts';
export { flushAfter } from './flush-after.ts';
export type {
  DetectorName,
  LogExporterName,
  LogLevel,
  MetricExporterName,
  OtlpOptions,
  OtlpProtocol,
  PropagatorName,
  SamplerName,
  StartOptions,
  TraceExporterName,
} from './options/options.ts';
export type { ClewSdk, Status } from './clew-sdk.ts';
export { start } from './start-bundled.ts';
