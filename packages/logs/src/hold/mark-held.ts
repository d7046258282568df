const END = /\}(\s*)$/;

/**
 * Adds `"held":true` at the end of a line of JSON, so that a reader knows why it comes late. What is no JSON object, or
 * has the field already, is left as it is.
 */
export function markHeld(line: string): string {
  if (line.includes('"held":')) return line;
  return line.replace(
    END,
    (_end, space: string, at: number) => `${line[at - 1] === '{' ? '' : ','}"held":true}${space}`,
  );
}
