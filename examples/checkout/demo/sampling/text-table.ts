/** Lays out rows below a heading: numbers to the right, texts to the left, two spaces between the columns. */
export function textTable(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = [heading, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? whole(cell) : cell)))];
  const widths = heading.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  const isNumeric = heading.map((_, column) => rows.every((row) => isNumber(row[column])));
  const lineOf = (row: readonly string[]) =>
    row.map((cell, at) => (isNumeric[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join('   ');
  return texts.map((row) => `  ${lineOf(row).trimEnd()}`).join('\n');
}

/** A whole number with its thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** A share as per cent. */
export function percent(share: number): string {
  return `${(share * 100).toLocaleString('en', { maximumFractionDigits: share < 0.1 ? 1 : 0 })} %`;
}

const isNumber = (cell: string | number | undefined): boolean =>
  typeof cell === 'number' || /^(?:[\d,.]+(?: %| ± [\d,]+)?|–)$/.test(cell ?? '');
