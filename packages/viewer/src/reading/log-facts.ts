import type { LogRecord } from '../log-record.ts';
import { formatValue } from './format-value.ts';

/** Lowest severity of each level. */
export const LEVELS: Readonly<Record<string, number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };

/** When the record was made, or else when it was collected; 0 when the sender said neither. */
export function logTime({ timeUnixNano, observedTimeUnixNano }: LogRecord): bigint {
  return timeUnixNano === 0n ? observedTimeUnixNano : timeUnixNano;
}

/** The earliest first; of equal times, the one that came first. */
export function inTimeOrder(logs: readonly LogRecord[]): LogRecord[] {
  return logs.toSorted((a, b) => {
    const [time, other] = [logTime(a), logTime(b)];
    return time < other ? -1 : Number(time > other);
  });
}

/** Level as the sender named it, or else the name of its severity; empty when the sender said neither. */
export function logLevel({ severityText, severityNumber }: LogRecord): string {
  if (severityText !== '') return severityText;
  const names = Object.entries(LEVELS).filter(([, lowest]) => lowest <= severityNumber);
  return names.at(-1)?.[0].toUpperCase() ?? '';
}

/** Message of the record on one line, or its fields when it has no message. */
export function logText({ body }: LogRecord): string {
  if (body === null) return '';
  return typeof body === 'string' ? body : formatValue(body);
}
