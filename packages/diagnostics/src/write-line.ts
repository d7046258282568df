import { writeSync } from 'node:fs';

const STDERR = 2;

/**
 * Writes one line of ours to stderr, prefixed `clew:`, and returns when it is written: it is there even when the
 * process ends right after. Never throws: a closed or full stderr loses the line.
 */
export function writeLine(message: string): void {
  try {
    writeSync(STDERR, `clew: ${message.replace(/[\r\n]+/g, ' ')}\n`);
  } catch {
    // EAGAIN on a full pipe, EPIPE on a closed one: the application's run matters more than our line.
  }
}
