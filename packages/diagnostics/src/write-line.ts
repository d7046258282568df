import { writeSync } from 'node:fs';

/**
 * Writes one line of ours to stderr, prefixed `clew:`, and returns when it is written: it is there even when the
 * process ends right after. A part of it may come from a backend or a user: it steers no terminal, is no longer than
 * a few lines of a screen, and went through the filter of `filterLines`. Never throws: a closed or full stderr loses
 * the line.
 */
export function writeLine(message: string): void {
  try {
    writeSync(STDERR, `clew: ${printable(message)}\n`);
  } catch {
    // EAGAIN on a full pipe, EPIPE on a closed one: the application's run matters more than our line.
  }
}

/**
 * Sets the function that every line goes through, which takes secrets out of it. This package is below the one that
 * knows them.
 */
export function filterLines(filter: (line: string) => string): void {
  shared[FILTER] = filter;
}

const STDERR = 2;
/** In characters. */
const MAX_LENGTH = 1000;
/** So much of a message is looked at: the filter needs to see the end of what it is to find. */
const MAX_READ_LENGTH = 8 * MAX_LENGTH;
/** Line breaks of all kinds and tabs: what was apart stays so. */
const BREAKS = /[\t-\r\u0085\u2028\u2029]+/g;
/** Characters that a terminal acts upon, and those that reorder or hide text. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}]+/gu;

// The preload is a bundle with a copy of this module of its own; the lines of both go through one filter.
const FILTER = Symbol.for('clew.diagnostics.filter');
const shared = globalThis as { [FILTER]?: (line: string) => string };

function printable(message: string): string {
  // Cut first, filtered without what could stand inside a secret, and cut again: nothing takes longer than that.
  const text = message.slice(0, MAX_READ_LENGTH).replace(BREAKS, ' ').replace(CONTROLS, '');
  const filtered = shared[FILTER]?.(text) ?? text;
  return filtered.length > MAX_LENGTH ? `${filtered.slice(0, MAX_LENGTH).replace(CONTROLS, '')}…` : filtered;
}
