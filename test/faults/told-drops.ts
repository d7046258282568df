/** How many records of a signal were dropped, as the SDK has said on stderr line by line. */
export function toldDrops(stderr: readonly string[], noun: 'span' | 'log record' = 'span'): number {
  const line = new RegExp(`^clew: (\\d+) ${noun}s? (?:was|were) dropped: `);
  return stderr.reduce((sum, each) => sum + Number(line.exec(each)?.[1] ?? 0), 0);
}
