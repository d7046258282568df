import type { Span } from '@opentelemetry/sdk-trace';

import { reportFailedCall, reportLateCall } from '../tracing/wrong-call.ts';
import { addDroppedLinks, countDroppedOfEvent, countDroppedOfLink } from './dropped-counts.ts';
import { leftOutOf } from './usable/left-out.ts';
import { usableAttributes } from './usable/usable-attributes.ts';
import { usableException } from './usable/usable-exception.ts';
import { usableKey } from './usable/usable-key.ts';
import { usableLink, usableLinks } from './usable/usable-link.ts';
import { usableName } from './usable/usable-name.ts';
import { usableStatus } from './usable/usable-status.ts';
import { isTimeLike, usableTime } from './usable/usable-time.ts';
import { usableAttributeValue } from './usable/usable-value.ts';

/** Work of a call, with `own` for the span's own methods. Arguments are what the application gave. */
type Call = (span: Span, own: Span, first: unknown, second: unknown, third: unknown) => void;

const setAttribute = chained('setAttribute', (span, own, key, value) => {
  const usable = usableKey(key);
  if (usable !== undefined) own.setAttribute.call(span, usable, usableAttributeValue(usable, value));
});

const setAttributes = chained('setAttributes', (span, own, attributes) => {
  own.setAttributes.call(span, usableAttributes(attributes) ?? {});
});

const addEvent = chained('addEvent', (span, own, name, attributesOrTime, time) => {
  const usable = usableName('event name', name, 'unknown');
  if (isTimeLike(attributesOrTime)) {
    own.addEvent.call(span, usable, usableTime('event', time ?? attributesOrTime));
  } else {
    const attributes = usableAttributes(attributesOrTime);
    own.addEvent.call(span, usable, attributes, usableTime('event', time));
    countDroppedOfEvent(span, attributes);
  }
});

const addLink = chained('addLink', (span, own, link) => {
  const usable = usableLink(link);
  if (usable !== undefined) own.addLink.call(span, usable);
  countDroppedOfLink(span, usable);
});

const addLinks = chained('addLinks', (span, own, links) => {
  const usable = usableLinks(links ?? null) ?? [];
  for (const link of usable) {
    own.addLink.call(span, link);
    countDroppedOfLink(span, link);
  }
  addDroppedLinks(span, leftOutOf(usable));
});

const setStatus = chained('setStatus', (span, own, status) => {
  const usable = usableStatus(status);
  if (usable !== undefined) own.setStatus.call(span, usable);
});

const updateName = chained('updateName', (span, own, name) => {
  own.updateName.call(span, usableName('span name', name, span.name));
});

const recordException = guarded('recordException', (span, own, exception, time) => {
  const usable = usableException(exception);
  if (usable !== undefined) own.recordException.call(span, usable, usableTime('exception', time));
});

const end = guarded('end', (span, own, time) => {
  own.end.call(span, usableTime('end', time));
});

/**
 * Puts a guard before each method of a span that takes arguments: it hands on what can be used of them, and nothing
 * that goes wrong comes back to the application.
 *
 * The guards are on the span itself. A wrapper would be another object than the one that span processors know, and to
 * give an object another prototype takes half as long as to make a span.
 *
 * @returns the same span
 */
export function guardSpan(span: Span): Span {
  span.setAttribute = setAttribute;
  span.setAttributes = setAttributes;
  span.addEvent = addEvent;
  span.addLink = addLink;
  span.addLinks = addLinks;
  span.setStatus = setStatus;
  span.updateName = updateName;
  span.recordException = recordException;
  span.end = end;
  return span;
}

/** The guard of a method that returns its span. */
function chained(method: string, call: Call): (this: Span, ...args: unknown[]) => Span {
  const guard = guarded(method, call);
  return function (this: Span, first, second, third) {
    guard.call(this, first, second, third);
    return this;
  };
}

function guarded(method: string, call: Call): (this: Span, ...args: unknown[]) => void {
  return function (this: Span, first, second, third) {
    try {
      if (this.ended) reportLateCall(this, method);
      else call(this, Object.getPrototypeOf(this) as Span, first, second, third);
    } catch (error) {
      reportFailedCall(this, method, error);
    }
  };
}
