import {
  context,
  SeverityNumber,
  trace,
  type Attributes,
  type Context,
  type Logger,
  type Span,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';

import { guard } from '@clew/diagnostics';
import { heldLogs } from '@clew/logs/hold/internal';

import type { LogLine } from './log-line.ts';
import { markSpan, takesEvents } from './logged-exception.ts';
import type { LoggerConfig } from './logger-config.ts';
import { isWritingLine, whileWritingLine } from './writing-line.ts';

/** Work that is done for each line of a logger, beside writing it. */
export interface LineObserver {
  /**
   * Tells whether anything is done with a line of this severity, so that reading it is worth while. False for lines that the
   * telemetry itself logs, and for those that are logged by writing another line.
   */
  wants(severity: SeverityNumber | undefined): boolean;
  /**
   * Makes a log record of the line, marks the span it was written in, and keeps held logs of its trace, as far as the
   * options say. Never throws, nor does `read` into the application.
   */
  observe(read: () => LogLine): void;
  /** Only marks the span of a line that will be observed later, and keeps held logs of its trace. Never throws. */
  mark(severity: SeverityNumber | undefined, of: Context, read: () => LogLine['exception']): void;
}

/**
 * @param name of the logger, for the message should something fail
 * @param config is asked for each line
 * @param logger where records go; one that is not enabled gets none
 */
export function createLineObserver(name: string, config: () => LoggerConfig, logger: () => Logger): LineObserver {
  const leastOnSpan = () => (config().events === true ? SeverityNumber.WARN : SeverityNumber.ERROR);

  function isSent(severityNumber: SeverityNumber | undefined): boolean {
    return (
      config().disableLogSending !== true && logger().enabled(severityNumber === undefined ? {} : { severityNumber })
    );
  }

  function markError(span: Span, exception: LogLine['exception']): void {
    heldLogs().keep(span.spanContext().traceId);
    if (exception !== undefined && config().exceptions !== false) markSpan(span, exception);
  }

  function see(line: LogLine): void {
    const { severityNumber: severity = SeverityNumber.UNSPECIFIED, exception } = line;
    const span = severity >= leastOnSpan() ? trace.getSpan(line.context) : undefined;
    if (span !== undefined) {
      if (severity >= SeverityNumber.ERROR) markError(span, exception);
      if (config().events === true && takesEvents(span)) span.addEvent('log', eventAttributes(line));
    }
    if (isSent(line.severityNumber)) logger().emit(recordOf(line));
  }

  return {
    wants(severity) {
      const isOfUse = (severity !== undefined && severity >= leastOnSpan()) || isSent(severity);
      return isOfUse && !isWritingLine() && !isTracingSuppressed(context.active());
    },
    observe: (read) => guard(`reading a log line of ${name}`, undefined, () => whileWritingLine(() => see(read()))),
    mark(severity = SeverityNumber.UNSPECIFIED, of, read) {
      const span = severity >= SeverityNumber.ERROR ? trace.getSpan(of) : undefined;
      if (span !== undefined) guard(`reading a log line of ${name}`, undefined, () => markError(span, read()));
    },
  };
}

/** By this field a line names the event that its record is. */
const EVENT_NAME = 'otel.event.name';

function recordOf({ severityNumber, severityText, timestamp, body, attributes, exception, context }: LogLine) {
  const { [EVENT_NAME]: eventName, ...others } = attributes;
  return {
    timestamp,
    body,
    context,
    attributes: { ...others, ...exceptionAttributes(exception) },
    ...(severityNumber !== undefined && { severityNumber }),
    ...(severityText !== undefined && { severityText }),
    ...(typeof eventName === 'string' && eventName !== '' && { eventName }),
  };
}

function exceptionAttributes(exception: LogLine['exception']): Attributes {
  if (exception === undefined) return {};
  const { type, message, stacktrace } = exception;
  return {
    ...(type !== undefined && { 'exception.type': type }),
    'exception.message': message,
    ...(stacktrace !== undefined && { 'exception.stacktrace': stacktrace }),
  };
}

/** Events of spans carry no objects. */
function eventAttributes({ severityText, body, attributes }: LogLine): Record<string, string | number | boolean> {
  const fields = Object.entries(attributes).filter(([, value]) => typeof value !== 'object' && value !== undefined);
  return {
    ...(Object.fromEntries(fields) as Record<string, string | number | boolean>),
    'log.message': typeof body === 'string' ? body : JSON.stringify(body ?? null),
    ...(severityText !== undefined && { 'log.severity': severityText }),
  };
}
