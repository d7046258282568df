/**
 * The index of the quote that closes what begins at `start`, or the length of the text when none does. `quote` may
 * carry backslashes, where a text is itself quoted in another. Escaped and doubled quotes close nothing.
 */
export function closingQuote(text: string, start: number, quote: string): number {
  let at = text.indexOf(quote, start);
  while (at !== -1) {
    const isDoubled = quote === "'" && text.startsWith(quote, at + 1);
    if (!isDoubled && !isEscaped(text, start, at, quote)) return at;
    at = text.indexOf(quote, at + (isDoubled ? 2 : quote.length));
  }
  return text.length;
}

function isEscaped(text: string, start: number, at: number, quote: string): boolean {
  let backslashes = 0;
  while (at - backslashes > start && text[at - backslashes - 1] === '\\') backslashes += 1;
  return quote.length === 1 ? backslashes % 2 === 1 : backslashes > 0;
}
