import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

import { encodeLogsJson } from '../otlp/encode-logs-json.ts';
import { encodeTracesJson } from '../otlp/encode-traces-json.ts';
import type { TelemetryTap } from './telemetry-tap.ts';

/** A file that all telemetry is written to. */
export interface SaveFile extends TelemetryTap {
  /** Lines so far. */
  count(): number;
  close(): void;
}

/** Records in a line at most: lines of some megabytes are a burden to whoever reads them. */
const MAX_RECORDS = 500;

/** Characters of a line at most. Readers have such a bound, ours among them. */
export const MAX_LINE_LENGTH: number = 16 * 2 ** 20;

/**
 * Opens a file for telemetry and writes it as it comes, each line a request in OTLP/JSON, as the file exporter of the Collector does.
 * What was in the file before is gone with the first line, or when it is closed. Nothing is held in memory.
 *
 * @param onProblem hears once what is wrong with the file, as the end of a sentence; nothing is written to it from then on
 * @param maxLength of a line; a single record that is longer is left out, and told when the file is closed
 * @throws what opening the file fails with
 */
export function openSaveFile(
  path: string,
  onProblem: (problem: string) => void,
  maxLength: number = MAX_LINE_LENGTH,
): SaveFile {
  let descriptor: number | undefined = openSync(path, 'a');
  let count = 0;
  let tooLong = 0;

  function writeLine(line: string): void {
    if (descriptor === undefined) return;
    try {
      if (count === 0) empty(descriptor);
      writeAll(descriptor, Buffer.from(`${line}\n`));
      count += 1;
    } catch (error) {
      closeQuietly(descriptor);
      descriptor = undefined;
      onProblem(`${reasonOf(error as NodeJS.ErrnoException)}; nothing more is saved`);
    }
  }

  function write<Item>(items: readonly Item[], encode: (items: readonly Item[]) => string): void {
    const waiting: (readonly Item[])[] = [];
    for (let from = items.length - (items.length % MAX_RECORDS); from >= 0; from -= MAX_RECORDS) {
      waiting.push(items.slice(from, from + MAX_RECORDS));
    }
    for (let next = waiting.pop(); next !== undefined && descriptor !== undefined; next = waiting.pop()) {
      if (next.length === 0) continue;
      const line = encode(next);
      if (line.length <= maxLength) writeLine(line);
      else if (next.length === 1) tooLong += 1;
      else waiting.push(next.slice(next.length / 2), next.slice(0, next.length / 2));
    }
  }

  return {
    spans: (spans) => write(spans, encodeTracesJson),
    logs: (logs) => write(logs, encodeLogsJson),
    count: () => count,
    close() {
      if (descriptor !== undefined && count === 0) empty(descriptor);
      if (descriptor !== undefined) closeQuietly(descriptor);
      descriptor = undefined;
      if (tooLong > 0)
        onProblem(`left out ${tooLong} ${tooLong === 1 ? 'record' : 'records'} of more than ${maxLength} characters`);
      tooLong = 0;
    },
  };
}

/** Pipes and devices have no length, and are left as they are. */
function empty(descriptor: number): void {
  try {
    ftruncateSync(descriptor);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // Failed writes were told already.
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC') return 'no space is left';
  if (code === 'EDQUOT') return 'the quota of the disk is used up';
  return message;
}
