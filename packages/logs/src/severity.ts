import { SeverityNumber } from '@opentelemetry/api';

/**
 * The one table of levels, in OpenTelemetry's scale, by the names of pino, bunyan, winston (npm, cli and syslog) and
 * console.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
export const SEVERITIES: Readonly<Record<string, SeverityNumber>> = {
  silly: SeverityNumber.TRACE,
  trace: SeverityNumber.TRACE,
  input: SeverityNumber.TRACE2,
  prompt: SeverityNumber.TRACE4,
  debug: SeverityNumber.DEBUG,
  verbose: SeverityNumber.DEBUG2,
  http: SeverityNumber.DEBUG3,
  log: SeverityNumber.INFO,
  info: SeverityNumber.INFO,
  notice: SeverityNumber.INFO2,
  data: SeverityNumber.INFO2,
  help: SeverityNumber.INFO3,
  warn: SeverityNumber.WARN,
  warning: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  err: SeverityNumber.ERROR,
  crit: SeverityNumber.ERROR2,
  critical: SeverityNumber.ERROR2,
  alert: SeverityNumber.ERROR3,
  fatal: SeverityNumber.FATAL,
  emerg: SeverityNumber.FATAL,
};

/**
 * The severity of a level by its name, in any case.
 *
 * @returns undefined for a name that only its application knows
 */
export function severityOfName(name: string | undefined): SeverityNumber | undefined {
  const lower = name?.toLowerCase() ?? '';
  return Object.hasOwn(SEVERITIES, lower) ? SEVERITIES[lower] : undefined;
}

/**
 * The severity of a level of pino or bunyan: by its name, or where that is the application's own by its number. 10 to 60
 * are trace to fatal, and what is between them is between them.
 */
export function severityOfLevel(level: number, name: string | undefined): SeverityNumber {
  const known = severityOfName(name);
  if (known !== undefined) return known;
  const severity = 1 + Math.floor(((level - 10) * 4) / 10);
  return Math.min(Math.max(Number.isNaN(severity) ? 1 : severity, 1), 24);
}
