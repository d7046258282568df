import { timeOfLine, withoutOrigin } from '../lines/line-fields.ts';
import { cutBody, type KnownOfLine, type LogLine } from '../lines/log-line.ts';
import { takeException } from '../lines/logged-exception.ts';

/** Under which keys a logger writes what. */
export interface PinoKeys {
  readonly message: string;
  readonly error: string;
}

/** A longer line is not parsed, in characters: that could take longer than writing it. */
const MAX_PARSED = 1024 * 1024;

/**
 * Reads a line that pino has finished, so that serializers, formatters and redaction have done their work. What is no
 * JSON object becomes the body as it is.
 */
export function readPinoLine(line: string, keys: PinoKeys, known: KnownOfLine): LogLine {
  const fields = parseObject(line);
  if (fields === undefined) {
    return { ...known, timestamp: Date.now(), body: cutBody(line.trimEnd()), attributes: {}, exception: undefined };
  }
  const { time, level: _level, [keys.message]: message, ...others } = fields;
  const timestamp = timeOfLine(time);
  if (timestamp === undefined && time !== undefined) others['time'] = time;
  const exception = takeException(others, keys.error);
  delete others['']; // no attribute may be named so
  return {
    ...known,
    timestamp: timestamp ?? Date.now(),
    body: typeof message === 'string' ? cutBody(message) : message,
    attributes: withoutOrigin(others, known.context),
    exception,
  };
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (line.length > MAX_PARSED) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
