import type { Link, SpanOptions } from '@opentelemetry/api';
import type { Span } from '@opentelemetry/sdk-trace';

import { isAnyLeftOut, leftOutOf } from './usable/left-out.ts';

/** Adds what was left out of the options of a span as unusable to the numbers of what it dropped. */
export function countDroppedAtStart(span: Span, { attributes, links }: SpanOptions): void {
  if (!isAnyLeftOut()) return;
  (span as CountingSpan)._droppedAttributesCount += leftOutOf(attributes);
  if (links === undefined) return;
  addDroppedLinks(span, leftOutOf(links));
  const cut = links.length - span.links.length; // the first go where there are too many
  for (const [index, link] of span.links.entries()) addDropped(link, links[cut + index]?.attributes);
}

/** The same for the event that was added last. */
export function countDroppedOfEvent(span: Span, attributes: object | undefined): void {
  if (isAnyLeftOut()) addDropped(span.events.at(-1), attributes);
}

/** The same for a link that was added last; without one, for one that could not be added at all. */
export function countDroppedOfLink(span: Span, link: Link | undefined): void {
  if (link === undefined) addDroppedLinks(span, 1);
  else if (isAnyLeftOut()) addDropped(span.links.at(-1), link.attributes);
}

/** The counter behind `droppedAttributesCount` of upstream's span. */
type CountingSpan = Span & { _droppedAttributesCount: number };

interface Counted {
  droppedAttributesCount?: number;
}

function addDropped(holder: Counted | undefined, attributes: object | undefined): void {
  const count = leftOutOf(attributes);
  if (count > 0 && holder !== undefined) holder.droppedAttributesCount = (holder.droppedAttributesCount ?? 0) + count;
}

/** Beside upstream's counter, of which it says at the end that a limit was reached. */
export function addDroppedLinks(span: Span, count: number): void {
  if (count === 0) return;
  const counter = span as Span & { _droppedLinksCount: number; [UNUSABLE_LINKS]?: number };
  counter[UNUSABLE_LINKS] = (counter[UNUSABLE_LINKS] ?? 0) + count;
  Object.defineProperty(span, 'droppedLinksCount', {
    configurable: true,
    get: () => counter._droppedLinksCount + (counter[UNUSABLE_LINKS] ?? 0),
  });
}

const UNUSABLE_LINKS = Symbol('unusable links');
