import { queryTerms } from './query-terms.ts';

/** Tells if some texts together contain all words of a query; a term with a key counts by its value. */
export function matchesWords(query: string, texts: readonly string[]): boolean {
  const all = texts.join('\n').toLowerCase();
  return queryTerms(query)
    .filter((term) => term !== 'error')
    .every((term) => {
      const isNegated = term.startsWith('-') && term.length > 1;
      const word = term
        .slice(isNegated ? 1 : 0)
        .replace(/^[\w.-]+:(?=.)/, '')
        .replaceAll('"', '')
        .toLowerCase();
      return all.includes(word) !== isNegated;
    });
}
