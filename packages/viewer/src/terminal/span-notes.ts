import type { Attributes } from '../attribute-value.ts';
import { clockNotes } from '../reading/clock-notes.ts';
import { databaseStatement, statementShape } from '../reading/database-statement.ts';
import { formatValue } from '../reading/format-value.ts';
import { inTimeOrder } from '../reading/log-facts.ts';
import { destinationFact, messageFacts } from '../reading/message-facts.ts';
import type { LogRecord } from '../log-record.ts';
import { isException, type SpanRecord } from '../span-record.ts';
import type { Format } from './paint.ts';

/** A line below a span. */
export interface Note {
  /** From outside: not printable yet. */
  readonly text: string;
  readonly format: Format;
}

const MAX_LOGS = 10;
const MAX_EVENTS = 10;
const MAX_LINKS = 3;
const WARN = 13;
const ERROR = 17;

/** Notes that the attributes of a span add to its name: the statement of a database, the destination of a message. */
export function factNotes(span: SpanRecord): Note[] {
  return [databaseStatement(span) ?? '', messageFacts(span)].filter((text) => text !== '').map(fact);
}

/** The same for equal spans that are one row: a statement with `?` for the values in which theirs differ. */
export function commonFactNotes(spans: readonly [SpanRecord, ...SpanRecord[]]): Note[] {
  const statements = new Set(spans.map((span) => databaseStatement(span) ?? ''));
  const [statement = ''] = statements;
  const common = statements.size === 1 ? statement : statementShape(statement);
  return [common, destinationFact(spans[0])].filter((text) => text !== '').map(fact);
}

function fact(text: string): Note {
  return { text, format: 'dim' };
}

/** Links to spans of other traces: `linked to trace 94a4c0de16cd43dd8448eb211c80319c`. */
export function linkNotes({ traceId, links }: SpanRecord): Note[] {
  const others = [...new Set(links.map((link) => link.traceId))].filter((id) => id !== '' && id !== traceId);
  const notes = others.slice(0, MAX_LINKS).map((id) => fact(`linked to trace ${id}`));
  if (others.length > MAX_LINKS) notes.push(fact(`… and to ${others.length - MAX_LINKS} more traces`));
  return notes;
}

/** Notes on odd times of a span. */
export function timeNotes(span: SpanRecord, parent: SpanRecord | undefined): Note[] {
  return clockNotes(span, parent).map((text) => ({ text, format: 'yellow' }));
}

/** The events of a span: its exceptions, given as text, and then the others by name: `event cache.miss {key: "a"}`. */
export function eventNotes({ events }: SpanRecord, exceptions: readonly string[]): Note[] {
  const others = events.filter((event) => !isException(event));
  const notes: Note[] = [
    ...exceptions.map((text): Note => ({ text, format: 'yellow' })),
    ...others.map(({ name, attributes }): Note => ({ text: withFields(`event ${name}`, attributes), format: 'dim' })),
  ];
  if (notes.length <= MAX_EVENTS) return notes;
  return [...notes.slice(0, MAX_EVENTS), { text: `… ${notes.length - MAX_EVENTS} more events`, format: 'dim' }];
}

/** The log lines of a span, the earliest first: `log ERROR charge failed {orderId: 81}`. */
export function logNotes(logs: readonly LogRecord[]): Note[] {
  const notes = inTimeOrder(logs).slice(0, MAX_LOGS).map(logNote);
  if (logs.length > MAX_LOGS) notes.push({ text: `… ${logs.length - MAX_LOGS} more log lines`, format: 'dim' });
  return notes;
}

function logNote({ severityNumber, severityText, body, attributes }: LogRecord): Note {
  const message = typeof body === 'string' ? body : formatValue(body);
  const words = ['log', severityText.toUpperCase(), message].filter((part) => part !== '').join(' ');
  const text = withFields(words, attributes);
  if (severityNumber >= ERROR) return { text, format: 'red' };
  return { text, format: severityNumber >= WARN ? 'yellow' : 'dim' };
}

function withFields(words: string, attributes: Attributes): string {
  return Object.keys(attributes).length === 0 ? words : `${words} ${formatValue(attributes)}`;
}
