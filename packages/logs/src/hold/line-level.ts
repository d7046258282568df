import { SeverityNumber } from '@opentelemetry/api';

/** Levels as numbers, by the names that pino, bunyan and winston give them. */
const LEVELS: Readonly<Record<string, number>> = {
  silly: 10,
  trace: 10,
  debug: 20,
  verbose: 20,
  http: 25,
  info: 30,
  warn: 40,
  warning: 40,
  error: 50,
  fatal: 60,
};

export const ERROR_LEVEL = 50;

/** The greatest level that is held, by the name it has in options. */
export type HoldLevel = 'trace' | 'debug' | 'info';

export function levelNumber(name: HoldLevel): number {
  return LEVELS[name] as number;
}

const GREATEST_HELD: Readonly<Record<HoldLevel | 'none', SeverityNumber>> = {
  none: SeverityNumber.UNSPECIFIED,
  trace: SeverityNumber.TRACE4,
  debug: SeverityNumber.DEBUG4,
  info: SeverityNumber.INFO4,
};

/** The greatest severity that is held with its trace; 0 where none is. */
export function greatestHeldSeverity(hold: HoldLevel | 'none' = 'none'): SeverityNumber {
  return GREATEST_HELD[hold];
}

const VALUE = /\s*(?:(\d+)|"(\w+)")/y;

/**
 * Finds the level of one line of JSON, by the first such key: pino's numbers (debug is 20), or a name in any case.
 *
 * @param key the key in JSON with its colon, e.g. `"level":`
 * @returns undefined where it cannot be told
 */
export function lineLevel(line: string, key: string): number | undefined {
  const at = line.indexOf(key);
  if (at < 0) return undefined;
  VALUE.lastIndex = at + key.length;
  const [, number, name] = VALUE.exec(line) ?? [];
  if (number !== undefined) return Number(number);
  const known = name?.toLowerCase();
  return known !== undefined && Object.hasOwn(LEVELS, known) ? LEVELS[known] : undefined;
}
