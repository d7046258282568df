import { fieldTerm, typedTerm } from '../list/query-terms.ts';

/** Something that can be put in the place of the term that is being typed. */
export interface Suggestion {
  readonly term: string;
  readonly text: string;
}

/** Suggestions for a query, up to ten: keys, and services after `service:`. */
export function suggestionsFor(query: string, services: readonly string[]): Suggestion[] {
  const typed = typedTerm(query);
  const sign = typed.startsWith('-') ? '-' : '';
  const wanted = typed.slice(sign.length).toLowerCase();
  const all = [...KEYS, ...services.map((service) => ({ term: fieldTerm('service', service), text: 'this service' }))];
  return all
    .filter(({ term }) => term.toLowerCase().startsWith(wanted) && term.toLowerCase() !== wanted)
    .filter(({ term }) => wanted.includes(':') || !term.startsWith('service:') || term === 'service:')
    .slice(0, MAX_SHOWN)
    .map(({ term, text }) => ({ term: sign + term, text }));
}

/** The query with a suggestion in the place of the term that was being typed. */
export function withSuggestion(query: string, { term }: Suggestion): string {
  const isOpen = term.endsWith(':') || term.endsWith('>');
  return `${query.slice(0, query.length - typedTerm(query).length)}${term}${isOpen ? '' : ' '}`;
}

const MAX_SHOWN = 10;

const KEYS: readonly Suggestion[] = [
  { term: 'error', text: 'something failed' },
  { term: 'service:', text: 'a service' },
  { term: 'duration>', text: 'slower than: duration>50ms, duration>1.5s' },
  { term: 'name:', text: 'a span by its name; * stands for anything' },
  { term: 'route:', text: 'a route of HTTP: route:/orders/*' },
  { term: 'status:', text: 'a status of HTTP: status:500' },
  { term: 'kind:', text: 'server, client, producer, consumer or internal' },
  { term: 'db.system.name:', text: 'a database, or any other attribute by its key' },
  { term: 'db.query.text:', text: 'a statement of SQL: db.query.text:*orders*' },
  { term: 'messaging.destination.name:', text: 'a queue' },
];
