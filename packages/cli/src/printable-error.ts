const MAX_LENGTH = 500; // characters

/** A message for stderr, in one line that cannot steer the terminal: names of files and what others answer are in it. */
export async function printableError(message: string): Promise<string> {
  const { printable } = await import('@clew/viewer');
  const start = printable(message.slice(0, 2 * MAX_LENGTH));
  return start.length > MAX_LENGTH ? `${start.slice(0, MAX_LENGTH)}…` : start;
}
