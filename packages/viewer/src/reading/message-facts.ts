import { SPAN_KIND, type SpanRecord } from '../span-record.ts';
import { formatDuration } from './format-duration.ts';
import { spanLabel } from './span-label.ts';

/**
 * What the attributes of a messaging span add to its label, in few words: `to mail (kafka), batch of 3` or
 * `waited 1.20s, attempt 2`. An empty text where they add nothing.
 */
export function messageFacts(span: SpanRecord): string {
  return [destinationFact(span), batchFact(span), ...deliveryFacts(span)].filter((fact) => fact !== '').join(', ');
}

/** Where a messaging span sends to or receives from, unless its label says so: `to mail (kafka)`. */
export function destinationFact(span: SpanRecord): string {
  const { kind, attributes } = span;
  const destination = attributes['messaging.destination.name'] ?? attributes['messaging.destination'];
  if (typeof destination !== 'string' || destination === '' || spanLabel(span).includes(destination)) return '';
  const direction = kind === SPAN_KIND.consumer ? 'from' : 'to';
  const system = attributes['messaging.system'];
  return `${direction} ${destination}${typeof system === 'string' ? ` (${system})` : ''}`;
}

function batchFact({ attributes }: SpanRecord): string {
  const count = attributes['messaging.batch.message_count'];
  return typeof count === 'number' && count > 1 ? `batch of ${count}` : '';
}

function deliveryFacts({ attributes }: SpanRecord): string[] {
  const seconds = attributes['clew.messaging.time_in_queue'];
  const attempt = attributes['clew.messaging.attempt'];
  const reason = attributes['clew.messaging.dead_letter_reason'];
  const isRepeated = typeof attempt === 'number' && attempt > 1;
  return [
    typeof seconds === 'number' && seconds >= LEAST_WAIT ? `waited ${duration(seconds)}` : '',
    isRepeated ? `attempt ${attempt}` : '',
    !isRepeated && attributes['clew.messaging.redelivered'] === true ? 'delivered again' : '',
    typeof reason === 'string' ? `dead letter: ${reason}` : '',
  ];
}

/** Seconds. */
const LEAST_WAIT = 0.001;

function duration(seconds: number): string {
  return formatDuration(BigInt(Math.round(Math.min(seconds, MAX_SECONDS) * 1e9)));
}

const MAX_SECONDS = 1e9;
