import type { AnyValue } from '@opentelemetry/api';

import { timeOfLine, withoutOrigin } from '../lines/line-fields.ts';
import { cutBody, type KnownOfLine, type LogLine, type LoggedException } from '../lines/log-line.ts';
import { exceptionOf, exceptionOfStack } from '../lines/logged-exception.ts';
import { plainAttributes, plainValue } from '../lines/plain-value.ts';

/** What winston hands from its format to its transports. */
export interface WinstonInfo {
  readonly message?: unknown;
  readonly [field: string | symbol]: unknown;
}

const LEVEL = Symbol.for('level'); // the name without the colours that a format may put around `level`

/** Where applications put the error of a line. */
const ERROR_KEYS = ['err', 'error', 'exception'] as const;

export function levelOf(info: WinstonInfo): string {
  return String(info[LEVEL] ?? info['level']);
}

export function readWinstonInfo(info: WinstonInfo, known: KnownOfLine): LogLine {
  const { level: _level, message, timestamp: time, ...rest } = info;
  const others: Record<string, unknown> = rest;
  const timestamp = timeOfLine(time);
  if (timestamp === undefined && time !== undefined) others['timestamp'] = time;
  const exception = takeException(info, others);
  return {
    ...known,
    timestamp: timestamp ?? Date.now(),
    body: bodyOf(message),
    attributes: plainAttributes(withoutOrigin(others, known.context)),
    exception,
  };
}

function bodyOf(message: unknown): AnyValue {
  return typeof message === 'string' ? cutBody(message) : plainValue(message);
}

/** An error that was logged itself has its stack in the line; another is under a key of its own. */
function takeException(info: WinstonInfo, fields: Record<string, unknown>): LoggedException | undefined {
  const exception = exceptionOfInfo(info);
  if (exception !== undefined) delete fields[keyOfException(info) ?? 'stack'];
  return exception;
}

/** The error of a line, which may be the line itself. */
export function exceptionOfInfo(info: WinstonInfo): LoggedException | undefined {
  const key = keyOfException(info);
  return key === undefined ? exceptionOfStack(info['stack'], String(info.message)) : exceptionOf(info[key]);
}

function keyOfException(info: WinstonInfo): string | undefined {
  if (typeof info['stack'] === 'string') return undefined;
  return ERROR_KEYS.find((name) => exceptionOf(info[name]) !== undefined);
}
