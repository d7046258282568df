/** A line of a stack trace, and whether it is a place in the application, in a library or in Node, or no place at all. */
export interface StackLine {
  readonly text: string;
  readonly kind: 'own' | 'foreign' | 'message';
}

/** Reads a stack trace of JavaScript, Python, Java, Go or Ruby line by line; at most `MAX_LINES`. */
export function stackLines(stack: string): StackLine[] {
  return stack
    .split('\n', MAX_LINES)
    .map((text) => ({ text, kind: kindOf(text) }))
    .filter(({ text }) => text.trim() !== '');
}

const MAX_LINES = 200;
const MAX_LINE = 1000; // characters that are looked at
const FRAME = /^\s*(?:at\s|File ")|^\s+\S+:\d+|^\S+\.(?:go|rb):\d+/;
const FOREIGN =
  /node_modules|\(?node:|<anonymous>|\(native|site-packages|\/lib\/python|at (?:java|javax|jdk|sun|org\.springframework)\.|\/usr\/local\/go\/|\/gems\//;

function kindOf(line: string): StackLine['kind'] {
  const start = line.slice(0, MAX_LINE);
  if (!FRAME.test(start)) return 'message';
  return FOREIGN.test(start) ? 'foreign' : 'own';
}
