import type { AnyValue, Attributes, Context, SeverityNumber } from '@opentelemetry/api';

/** An error as the attributes `exception.*` describe it. */
export interface LoggedException {
  readonly type?: string;
  readonly message: string;
  readonly stacktrace?: string;
}

/** One line of any logger, after the logger's own serializers and redaction. */
export interface LogLine {
  /** Undefined for a level whose rank nobody knows. */
  readonly severityNumber: SeverityNumber | undefined;
  /** The logger's own name for the level. */
  readonly severityText: string | undefined;
  /** In milliseconds since 1970. */
  readonly timestamp: number;
  /** The message. */
  readonly body: AnyValue;
  /** The other fields. */
  readonly attributes: Attributes;
  readonly exception: LoggedException | undefined;
  /** The context that the line was written in. */
  readonly context: Context;
}

/** Fields of a line that are known before it is read. */
export type KnownOfLine = Pick<LogLine, 'severityNumber' | 'severityText' | 'context'>;

/** Longer messages are cut, in characters: nobody reads on, and one record must not be a whole request. */
const MAX_BODY = 65_536;

export function cutBody(body: string): string {
  return body.length > MAX_BODY ? body.slice(0, MAX_BODY) : body;
}
