/**
 * A test of whole texts against a pattern in which `*` stands for any text. Takes the text once from left to right: the
 * pieces between the stars are looked for one after the other, and never again.
 */
export function createGlob(pattern: string): (text: string) => boolean {
  const pieces = pattern.split('*');
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  if (pieces.length === 1) return (text) => text === pattern;
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');

  return function matchesGlob(text) {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= end;
  };
}
