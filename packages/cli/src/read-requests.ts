import type { Readable } from 'node:stream';

import { decodeLogsJson, decodeTracesJson, type LogRecord, MAX_LINE_LENGTH, type SpanRecord } from '@clew/viewer';

import { plainBytes } from './plain-bytes.ts';
import { splitLines } from './split-lines.ts';

/** Where records that are read go. Once one of them returns false, nothing more is read. */
export interface RequestSink {
  readonly spans: (spans: readonly SpanRecord[]) => boolean;
  /** Default: requests of logs are counted as those of another signal. */
  readonly logs?: (logs: readonly LogRecord[]) => boolean;
}

/** Counts of the lines of a recorded file, by what became of them. */
export interface RequestCounts {
  /** Lines whose records were read. */
  requests: number;
  /** Lines with requests of metrics, or of logs where those are not read. */
  otherSignals: number;
  tooLong: number;
  /** Lines that are no request. */
  malformed: number;
  /** The first of them: its number, and the end of a sentence about it. */
  firstProblem: { readonly line: number; readonly problem: string } | undefined;
  /** The last line has no end and is no request, as others are. */
  isCut: boolean;
  /** Why compressed data could not be read to its end; `undefined` where it could. */
  damage: string | undefined;
  /** Name of the format, or of the compression, that the file begins like; `undefined` for lines of text. */
  otherFormat: string | undefined;
}

/**
 * Reads OTLP/JSON lines as `--save` and the file exporter of the Collector write them, a request on each line, also
 * compressed with gzip. Of the stream no more is in memory than a piece and a line. A file that begins like another format is not read on.
 *
 * @param maxLength characters of the longest line that is read
 * @throws what the stream fails with
 */
export async function readRequests(
  input: Readable,
  sink: RequestSink,
  maxLength: number = MAX_LINE_LENGTH,
): Promise<RequestCounts> {
  const counts: RequestCounts = {
    requests: 0,
    otherSignals: 0,
    tooLong: 0,
    malformed: 0,
    firstProblem: undefined,
    isCut: false,
    damage: undefined,
    otherFormat: undefined,
  };
  let lineNumber = 0;
  let isWanted = true;
  let endsInBreak: boolean | undefined;
  let isUnended = false;
  const onTooLong = () => {
    lineNumber += 1;
    counts.tooLong += 1;
  };
  const feed = splitLines(
    (line) => {
      lineNumber += 1;
      if (isWanted && line.trim() !== '') isWanted = readLine(line, lineNumber, isUnended, counts, sink);
    },
    { maxLength, onTooLong },
  );
  try {
    for await (const chunk of plainBytes(input)) {
      if (chunk.byteLength === 0) continue;
      if (endsInBreak === undefined) counts.otherFormat = formatOf(chunk);
      if (counts.otherFormat !== undefined) return counts;
      feed(chunk);
      if (!isWanted) return counts;
      endsInBreak = chunk.at(-1) === BREAK;
    }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    counts.damage = message;
  }
  isUnended = endsInBreak === false && counts.damage === undefined;
  if (isUnended) feed(Buffer.from('\n'));
  return counts;
}

const BREAK = 0x0a;

/** First bytes of what people have instead of lines of JSON. */
const FORMATS = [
  { name: 'compressed with zip', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'compressed with zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'HTML or XML', bytes: [0x3c] },
  { name: 'a capture of network packets', bytes: [0xd4, 0xc3, 0xb2, 0xa1] },
  { name: 'a capture of network packets', bytes: [0xa1, 0xb2, 0xc3, 0xd4] },
  { name: 'a capture of network packets', bytes: [0x0a, 0x0d, 0x0d, 0x0a] },
  { name: 'a binary format', bytes: [0x00] }, // the length of the first request, of the file exporter with `format: proto`
  { name: 'protobuf', bytes: [0x0a] },
  { name: 'UTF-16', bytes: [0xff, 0xfe] },
  { name: 'UTF-16', bytes: [0xfe, 0xff] },
] as const;

function formatOf(chunk: Buffer): string | undefined {
  // A break is the first field of a request in protobuf, and an empty line in front of a file of lines.
  if (chunk[0] === BREAK && !NO_TEXT.test(chunk.toString('latin1', 0, 16))) return undefined;
  return FORMATS.find(({ bytes }) => bytes.every((byte, i) => chunk[i] === byte))?.name;
}

const NO_TEXT = /[^\t\n\r -~]/;

/** Returns whether more lines are wanted. */
function readLine(
  text: string,
  number: number,
  isUnended: boolean,
  counts: RequestCounts,
  { spans: onSpans, logs: onLogs }: RequestSink,
): boolean {
  const line = number === 1 ? text.replace(/^\uFEFF/, '') : text;
  let problem = 'is not an ExportTraceServiceRequest in JSON';
  const onProblem = (given: string) => (problem = given);
  const spans = decodeTracesJson(line, onProblem);
  if (spans !== undefined && (spans.length > 0 || line.includes('"resourceSpans"'))) {
    counts.requests += 1;
    return onSpans(spans);
  }
  const logs = onLogs === undefined || spans === undefined ? undefined : decodeLogsJson(line, onProblem);
  if (onLogs !== undefined && logs !== undefined && line.includes('"resourceLogs"')) {
    counts.requests += 1;
    return onLogs(logs);
  }
  const isWellFormed = spans !== undefined && (onLogs === undefined || logs !== undefined);
  if (isWellFormed && /"resource(?:Logs|Metrics)"/.test(line)) {
    counts.otherSignals += 1;
  } else if (isUnended && counts.requests > 0) {
    counts.isCut = true;
  } else {
    counts.malformed += 1;
    counts.firstProblem ??= { line: number, problem };
  }
  return true;
}
