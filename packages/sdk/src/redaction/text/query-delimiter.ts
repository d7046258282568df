/** Separator of the names and values of a query, from each other and from what is around them. */
export interface QueryDelimiter {
  readonly index: number;
  /** Where it ends. */
  readonly end: number;
  /** The character it means. */
  readonly character: string;
  /** How often it is percent-encoded: a URL in the query of another has its own delimiters encoded once. */
  readonly depth: number;
}

const ENCODED: Readonly<Record<string, string>> = { '3F': '?', '26': '&', '3B': ';', '23': '#', '3D': '=', '2F': '/' };

/** As itself, as some JSON writers escape it, or percent-encoded any number of times. */
const DELIMITER = /\\u00(?:26|3D|3F|23)|[?&;#=\s"'`<>/\\,(){}|]|%(?:25)*(?:3F|26|3B|23|3D|2F)/gi;

/** The first delimiter at `from` or behind it. */
export function nextDelimiter(text: string, from: number): QueryDelimiter | undefined {
  DELIMITER.lastIndex = from;
  const match = DELIMITER.exec(text);
  if (match === null) return undefined;
  const { index, 0: written } = match;
  const end = index + written.length;
  if (written.length === 1) return { index, end, character: written, depth: 0 };
  const character = ENCODED[written.slice(-2).toUpperCase()] ?? '';
  return { index, end, character, depth: written.startsWith('\\') ? 0 : (written.length - 1) / 2 };
}
