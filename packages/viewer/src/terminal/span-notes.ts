import type { LogRecord } from '../log-record.ts';
import { isException, type SpanRecord } from '../span-record.ts';
import type { Attributes } from '../attribute-value.ts';
import { clockNotes } from '../reading/clock-notes.ts';
import { formatValue } from '../reading/format-value.ts';
import type { Format } from './paint.ts';

/** A line below a span. */
export interface Note {
  /** From outside: not printable yet. */
  readonly text: string;
  readonly format: Format;
}

const MAX_LOGS = 10;
const MAX_EVENTS = 10;
const WARN = 13;
const ERROR = 17;

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
  const inOrder = logs.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : Number(timeOf(a) > timeOf(b))));
  const notes = inOrder.slice(0, MAX_LOGS).map(logNote);
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

function timeOf({ timeUnixNano, observedTimeUnixNano }: LogRecord): bigint {
  return timeUnixNano === 0n ? observedTimeUnixNano : timeUnixNano;
}
