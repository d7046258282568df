/** The value of a header as runtimes hand it over: one string, one string for each header of that name, or nothing. */
export type HeaderValue = string | readonly string[] | null | undefined;

/**
 * One string for all headers of a name, in their order, as RFC 9110 combines them; `undefined` when there is none, or
 * something that is no header value.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.3
 */
export function combineHeaders(value: HeaderValue): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((line) => typeof line === 'string') ? value.join(',') : undefined;
}

/** `text` without the spaces and tabs (the OWS of RFC 9110) around it. */
export function trimOws(text: string): string {
  // Two plain scans: a regular expression for white space at an end looks at each run of it again and again.
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start++;
  while (end > start && isOws(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isOws = (code: number) => code === 0x20 || code === 0x09;
