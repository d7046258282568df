import { isUtf8 } from 'node:buffer';
import fs from 'node:fs';

import { readProperty } from '@clew/diagnostics';

// As they are before the application runs, so that nobody who patches `node:fs` sees them. See `otel/timers.ts`.
const { closeSync, constants, fstatSync, openSync, readSync, stat, statSync } = fs;

/** Content of a file, or why there is none. `problem` and `remedy` are clauses behind the name of the file. */
export type FileContent =
  | { readonly text: string; readonly problem?: undefined; readonly remedy?: undefined }
  | { readonly text?: undefined; readonly problem: string; readonly remedy: string };

/** Longest policy that is read, in bytes. */
const MAX_BYTES = 128 * 1024;

/**
 * Reads a text file of at most 128 KiB. Never throws, never waits as for the writer of a pipe, and opens no devices.
 */
export function readPolicyFile(path: string): FileContent {
  try {
    if (!statSync(path).isFile()) return NOT_A_FILE; // opening a pipe would wake the one that writes to it
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      return fstatSync(file).isFile() ? textOf(readUpTo(file, MAX_BYTES + 1)) : NOT_A_FILE;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { problem: `cannot be read (${codeOf(error)})`, remedy: 'name a readable YAML or JSON file' };
  }
}

const NOT_A_FILE: FileContent = { problem: 'is not a regular file', remedy: 'name a YAML or JSON file' };

/** Reads until the end of the file or until there are so many bytes: the size of a file may be unknown, or grow. */
function readUpTo(file: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let end = 0;
  for (;;) {
    const count = readSync(file, bytes, end, length - end, null);
    end += count;
    if (count === 0 || end === length) return bytes.subarray(0, end);
  }
}

function textOf(bytes: Buffer): FileContent {
  if (bytes.length > MAX_BYTES) {
    return { problem: `is longer than ${MAX_BYTES / 1024} KiB`, remedy: 'write fewer rules, with globs and lists' };
  }
  if (!isUtf8(bytes) || bytes.includes(0)) return { problem: 'is not a text in UTF-8', remedy: 'save it as one' };
  return { text: bytes.toString('utf8') };
}

function codeOf(error: unknown): string {
  return String(readProperty(error, 'code'));
}

/**
 * Tells by its size, its times and its identity whether a file is the same as before. Links are followed, so that another
 * target is another file. Does not wait for the disk, and never throws.
 */
export function fileSignature(path: string, done: (signature: string) => void): void {
  try {
    stat(path, { bigint: true }, (error, stats) => {
      if (error !== null) done(codeOf(error));
      else done([stats.dev, stats.ino, stats.mode, stats.size, stats.mtimeNs, stats.ctimeNs].join(' '));
    });
  } catch (error) {
    done(codeOf(error)); // under --permission
  }
}
