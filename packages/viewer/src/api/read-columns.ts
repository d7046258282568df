import type { Query } from './read-query.ts';

const MIN_COLUMNS = 60;
const MAX_COLUMNS = 1000;
const DEFAULT_COLUMNS = 100;

/** Reads the parameter `columns`: how wide a text may be. */
export function readColumns(query: Query): number {
  return query.integer('columns', MIN_COLUMNS, MAX_COLUMNS) ?? DEFAULT_COLUMNS;
}
