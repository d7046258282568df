import type { SpanRecord } from '../span-record.ts';
import { spanLabel } from './span-label.ts';

/** Characters of a statement that are compared: those of generated ones may be millions. */
const MAX_COMPARED = 2000;
/** Texts in quotes, numbered placeholders and numbers. */
const VALUES = /'[^']*'|\$\d+|(?<=[\s(,=])[:@]\d+|(?<![\w.])[-+]?\d[\w.]*/g;
const LISTS = /\?(?:\s*,\s*\?)+/g;

/**
 * The statement that a span sent to its database, by the current or the older attribute. `undefined` where it sent none,
 * or where the label of the span says as much.
 */
export function databaseStatement(span: SpanRecord): string | undefined {
  const statement = statementOf(span);
  return statement === undefined || spanLabel(span).includes(statement) ? undefined : statement;
}

/** The same text for statements that differ in nothing but their values: `SELECT a FROM b WHERE c = ?`. */
export function statementShape(statement: string): string {
  const start = statement.slice(0, MAX_COMPARED).replaceAll(/\s+/g, ' ').trim();
  return start.replaceAll(VALUES, '?').replaceAll(LISTS, '?');
}

/** The shape of the statement that a span sent, or an empty text. */
export function shapeOfSpan(span: SpanRecord): string {
  return statementShape(statementOf(span) ?? '');
}

function statementOf({ attributes }: SpanRecord): string | undefined {
  const statement = attributes['db.query.text'] ?? attributes['db.statement'];
  return typeof statement === 'string' && statement.trim() !== '' ? statement.trim() : undefined;
}
