/** Terms of a query as they are written: words with their sign and their quotes, separated by white space. */
export function queryTerms(query: string): string[] {
  return query.match(TERM) ?? [];
}

/** Adds a term to a query, or takes it away where it stands. */
export function toggleTerm(query: string, term: string): string {
  const terms = queryTerms(query);
  const others = terms.filter((each) => each !== term);
  return (others.length < terms.length ? others : [...terms, term]).join(' ');
}

/** Tells if a query has a term. */
export function hasTerm(query: string, term: string): boolean {
  return queryTerms(query).includes(term);
}

/** `key:value` with quotes where the value needs them. */
export function fieldTerm(key: string, value: string): string {
  return `${key}:${BARE.test(value) ? value : `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`}`;
}

/** The term that ends at the end of what is typed, for suggestions; empty after white space. */
export function typedTerm(query: string): string {
  return LAST_TERM.exec(query)?.[0] ?? '';
}

const TERM = /(?:"(?:\\.|[^"\\])*"?|[^\s"])+/g;
const LAST_TERM = /(?:"(?:\\.|[^"\\])*"|[^\s"])+$/;
const BARE = /^[^\s"\\]+$/;
