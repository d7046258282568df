import type { LogRecord } from '../log-record.ts';
import { cutText } from '../reading/cut-text.ts';
import { logLevel, logText, logTime } from '../reading/log-facts.ts';
import { serviceName } from '../resource.ts';
import type { LogLine } from './answers.ts';
import { detailPairs } from './detail-value.ts';

const MAX_TEXT = 16 * 1024; // characters

/** A log record as the API tells it; a text beyond 16,384 characters is cut. */
export function logLineOf(log: LogRecord): LogLine {
  const { attributes } = log;
  return {
    timeUnixNano: String(logTime(log)),
    severity: log.severityNumber,
    level: logLevel(log),
    text: cutText(logText(log), MAX_TEXT),
    attributes: detailPairs(attributes),
    service: serviceName(log.resource),
    traceId: log.traceId ?? '',
    spanId: log.spanId ?? '',
  };
}
