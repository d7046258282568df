import { SeverityNumber } from '@opentelemetry/api';

import { severityOfLevel, severityOfName } from '../severity.ts';

/** The greatest level that is held, by the name it has in options. */
export type HoldLevel = 'trace' | 'debug' | 'info';

const GREATEST_HELD: Readonly<Record<HoldLevel | 'none', SeverityNumber>> = {
  none: SeverityNumber.UNSPECIFIED,
  trace: SeverityNumber.TRACE4,
  debug: SeverityNumber.DEBUG4,
  info: SeverityNumber.INFO4,
};

export function isHoldLevel(level: unknown): level is HoldLevel {
  return typeof level === 'string' && level !== 'none' && Object.hasOwn(GREATEST_HELD, level);
}

/** The greatest severity that is held with its trace; 0 where none is. */
export function greatestHeldSeverity(hold: HoldLevel | 'none' = 'none'): SeverityNumber {
  return GREATEST_HELD[hold];
}

const VALUE = /\s*(?:(\d+)|"(\w+)")/y;

/**
 * Finds the level of one line of JSON, by the first such key: pino's numbers (debug is 20), or a name in any case.
 *
 * @param key the key in JSON with its colon, e.g. `"level":`
 * @returns its severity in OpenTelemetry's scale; undefined where it cannot be told
 */
export function lineLevel(line: string, key: string): SeverityNumber | undefined {
  const at = line.indexOf(key);
  if (at < 0) return undefined;
  VALUE.lastIndex = at + key.length;
  const [, number, name] = VALUE.exec(line) ?? [];
  return number === undefined ? severityOfName(name) : severityOfLevel(Number(number), undefined);
}
