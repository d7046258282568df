/**
 * Breaks a statement of SQL that was sent as one long line before its clauses, so that it can be read. Only white space is
 * changed, and none within quotes; a statement that has line breaks already stays as its author wrote it.
 */
export function sqlLines(statement: string): string {
  if (statement.length > MAX_LENGTH || statement.length < MIN_LENGTH || statement.trim().includes('\n'))
    return statement;
  const parts: string[] = [];
  for (const token of statement.match(TOKENS) ?? []) {
    const isClause = CLAUSE.test(token);
    if (isClause && parts.length > 0 && parts.at(-1) === ' ')
      parts.splice(-1, 1, `\n${INDENTED.test(token) ? '  ' : ''}`);
    parts.push(token === ' ' || token.trim() !== '' ? token : ' ');
  }
  return parts.join('');
}

const MIN_LENGTH = 40;
const MAX_LENGTH = 20_000;
const CLAUSES =
  'select|from|where|group by|order by|having|limit|offset|union(?: all)?|values|set|returning|on conflict|inner join|left(?: outer)? join|right(?: outer)? join|full(?: outer)? join|cross join|join|and|or|for update';
// A quoted text, a clause, a word, white space, or any other character.
const TOKENS = new RegExp(`'(?:[^']|'')*'|"[^"]*"|\`[^\`]*\`|\\b(?:${CLAUSES})\\b|\\w+|\\s+|[^]`, 'gi');
const CLAUSE = new RegExp(`^(?:${CLAUSES})$`, 'i');
const INDENTED = /^(?:and|or)$/i;
