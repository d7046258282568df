// Numbers and tables as the reports about policies print them.

import { cut, displayWidth, pad, printableStart } from '@clew/viewer';

/** `1 trace`, `2 traces`. */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A whole number with spaces between thousands: `1 234 567`. */
export function grouped(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ' ');
}

/** A share as a percentage with three significant digits: `100 %`, `6.25 %`, `0.001 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** A rate with one digit behind the point below 100. */
export function rate(perSecond: number): string {
  return perSecond < 100 ? perSecond.toFixed(1) : grouped(perSecond);
}

/** Columns of the longest text from outside. */
const MAX_COLUMNS = 48;

/** Text from outside, in one line and not too long. */
export function cell(text: string): string {
  return cut(printableStart(text), MAX_COLUMNS);
}

const LEAST_COLUMNS = 8;

/**
 * Rows in columns, two spaces apart and two from the left. Cells are printable already.
 *
 * @param right indexes of the columns that end at the same place: numbers
 * @param columns of the terminal; the first column is cut where the rows would be wider
 */
export function table(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
  columns: number = Infinity,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(text));
  }
  const [first = 0, ...others] = widths;
  const room = columns - 2 - others.reduce((sum, width) => sum + 2 + width, 0);
  widths[0] = Math.min(first, Math.max(LEAST_COLUMNS, room));
  return rows.map((row) => {
    const cells = row.map((given, i) => {
      const width = widths[i] ?? 0;
      const text = displayWidth(given) > width ? cut(given, width) : given;
      return right.includes(i) ? ' '.repeat(width - displayWidth(text)) + text : pad(text, width);
    });
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
