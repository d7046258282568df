import type { Attributes } from '../attribute-value.ts';

/** Known fields of a line that a logger wrote as JSON. */
export interface JsonLogLine {
  /** 32 hex digits, in lowercase. Of Datadog's decimal ids, which are the second half only, the first 16 are zeros. */
  readonly traceId?: string;
  /** 16 hex digits, in lowercase. */
  readonly spanId?: string;
  /** The parent of the span, where the logger says it; 16 hex digits, in lowercase. */
  readonly parentId?: string;
  readonly service?: string;
  readonly host?: string;
  /** In lowercase, e.g. `error`; empty when the line has none. */
  readonly level: string;
  readonly message: string;
  /** Nanoseconds since 1970; 0 when the line has no time. */
  readonly timeUnixNano: bigint;
  /** All other fields of the line, without process id and host name. */
  readonly fields: Attributes;
}

/** A log line that names its trace. */
export interface LogLine extends JsonLogLine {
  readonly traceId: string;
}
