import { readProperty } from '@clew/diagnostics';
import type { AnyValue } from '@opentelemetry/api';

import { timeOfLine, withoutOrigin } from '../lines/line-fields.ts';
import { cutBody, type KnownOfLine, type LogLine, type LoggedException } from '../lines/log-line.ts';
import { exceptionOf, exceptionOfStack, takeException } from '../lines/logged-exception.ts';
import { plainAttributes, plainValue } from '../lines/plain-value.ts';

/** The object that winston hands from its format to its transports. */
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
  const exception = takeOwnException(info, others);
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

/** Fields that an error which was logged itself does not show among its keys. */
const HIDDEN_FIELDS = ['code', 'cause', 'errors'] as const;

/** An error that was logged itself has its stack in the line; another is under a key of its own. */
function takeOwnException(info: WinstonInfo, fields: Record<string, unknown>): LoggedException | undefined {
  const key = keyOfException(info);
  if (key !== undefined) return takeException(fields, key);
  const exception = exceptionOfInfo(info);
  if (exception === undefined) return undefined;
  delete fields['stack'];
  for (const name of HIDDEN_FIELDS) fields[name] ??= readProperty(info, name);
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
