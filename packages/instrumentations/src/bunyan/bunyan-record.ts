import { timeOfLine, withoutOrigin } from '../lines/line-fields.ts';
import { cutBody, type KnownOfLine, type LogLine } from '../lines/log-line.ts';
import { takeException } from '../lines/logged-exception.ts';
import { plainAttributes } from '../lines/plain-value.ts';

/** Record that bunyan hands to its streams: the fields of logger and call, after the serializers. */
export interface BunyanRecord {
  readonly level: number;
  readonly msg?: unknown;
  readonly time?: unknown;
  readonly err?: unknown;
  readonly [field: string]: unknown;
}

export function readBunyanRecord(record: BunyanRecord, known: KnownOfLine): LogLine {
  const { level: _level, v: _version, msg, time, ...others } = record;
  const timestamp = timeOfLine(time);
  const exception = takeException(others, 'err');
  if (timestamp === undefined && time !== undefined) Object.assign(others, { time });
  return {
    ...known,
    timestamp: timestamp ?? Date.now(),
    body: cutBody(String(msg)),
    attributes: plainAttributes(withoutOrigin(others, known.context)),
    exception,
  };
}
