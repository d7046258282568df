/** Values of one hop of the `Forwarded` header, as far as they are read here. */
export interface ForwardedHop {
  readonly for?: string;
  readonly host?: string;
  readonly proto?: string;
}

const MAX_LENGTH = 8192;
const PAIR = /^([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s",;=]+))$/;

/**
 * Parses a `Forwarded` header, e.g. `for=192.0.2.1;host=a.example, for="[2001:db8::1]:80"`.
 *
 * @returns the hops, the client's first; none for what is no such header
 * @see https://www.rfc-editor.org/rfc/rfc7239#section-4
 */
export function parseForwarded(header: string): readonly ForwardedHop[] {
  if (header.length > MAX_LENGTH) return [];
  const hops: ForwardedHop[] = [];
  for (const element of split(header, ',')) {
    const hop: Record<string, string> = {};
    for (const pair of split(element, ';')) {
      const [, name, quoted, token] = PAIR.exec(pair.trim()) ?? [];
      if (name === undefined) return [];
      hop[name.toLowerCase()] = quoted === undefined ? (token ?? '') : quoted.replaceAll(/\\(.)/g, '$1');
    }
    hops.push(hop);
  }
  return hops;
}

/** Splits at separators outside of quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === '\\') at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
