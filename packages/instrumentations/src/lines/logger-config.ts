import type { InstrumentationConfig } from '@opentelemetry/instrumentation';

import type { HoldLevel } from '@clew/logs/hold/internal';

/** Options of the instrumentations of loggers. The first two have the names that OpenTelemetry's have. */
export interface LoggerConfig extends InstrumentationConfig {
  /** Leaves the lines without trace ids. */
  readonly disableLogCorrelation?: boolean;
  /** Makes no log records of the lines, though a logger provider is registered. */
  readonly disableLogSending?: boolean;
  /** Whether a line of level error or above that has an `Error` adds an exception event to its span. Default: true. */
  readonly exceptions?: boolean;
  /** Whether lines of level warn and above are added to their span as events. Default: false. */
  readonly events?: boolean;
  /** Lines of this level and below wait for the verdict on their trace before they are written. Default: none. */
  readonly hold?: HoldLevel | 'none';
}
