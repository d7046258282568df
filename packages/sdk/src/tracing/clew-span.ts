import {
  diag,
  SpanStatusCode,
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type SpanStatus,
  type TimeInput,
} from '@opentelemetry/api';
import { AddAttributeDecision, hrTime, maybeAddAttribute, type InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanLimits, TimedEvent } from '@opentelemetry/sdk-trace';
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_STACKTRACE,
  ATTR_EXCEPTION_TYPE,
} from '@opentelemetry/semantic-conventions';

import { makeListable, putLocalRoot } from '@clew/spans/internal';

import { leftOutOf } from '../guarded/usable/left-out.ts';
import { usableAttributes } from '../guarded/usable/usable-attributes.ts';
import { usableException } from '../guarded/usable/usable-exception.ts';
import { usableKey } from '../guarded/usable/usable-key.ts';
import { usableLink, usableLinks } from '../guarded/usable/usable-link.ts';
import { MAX_NAME_LENGTH, usableName } from '../guarded/usable/usable-name.ts';
import { usableStatus } from '../guarded/usable/usable-status.ts';
import { isTimeLike, usableTime } from '../guarded/usable/usable-time.ts';
import { usableAttributeValue } from '../guarded/usable/usable-value.ts';
import { performance } from '../otel/own-performance.ts';
import { durationBetween, hrTimeOf, laterBy, NANOS_PER_MILLI } from './hr-time.ts';
import { attributesOfEvent, attributesOfLink, isPlainWithin, type AttributeLimits } from './span-attributes.ts';
import { reportFailedCall, reportLateCall } from './wrong-call.ts';

/** Parts that all spans of a tracer share. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
  readonly limits: Required<SpanLimits>;
  /** Limits of the attributes of an event, and of a link. */
  readonly eventLimits: AttributeLimits;
  readonly linkLimits: AttributeLimits;
  readonly hooks: SpanHooks;
}

/** Called for each span that is recorded, with the span. */
export interface SpanHooks {
  onStart(span: ClewSpan, parent: Context): void;
  onEnding(span: ClewSpan): void;
  onEnd(span: ClewSpan): void;
}

const OPEN = 1;
const ENDING = 2;
const ENDED = 3;
type State = typeof OPEN | typeof ENDING | typeof ENDED;

/** Not measured before the end, as OpenTelemetry's span has it. */
const NO_DURATION = -1;

/**
 * A span that is recorded. It is read as OpenTelemetry's own: the same fields, with the same values for the same calls.
 * Its methods take whatever they are called with, hand on nothing that goes wrong, and keep what can be exported.
 *
 * An application may put a Proxy or an object that inherits around it, for which none of its properties is a `#private`
 * one, and all are set by the constructor: a shape that never changes is the fastest.
 */
export class ClewSpan implements Span, ReadableSpan {
  declare name: string;
  declare readonly kind: SpanKind;
  declare readonly parentSpanContext?: SpanContext;
  declare readonly startTime: HrTime;
  declare endTime: HrTime;
  declare status: SpanStatus;
  declare attributes: Attributes;
  declare links: Link[];
  declare events: TimedEvent[];
  declare readonly resource: Resource;
  declare readonly instrumentationScope: InstrumentationScope;
  /** The span, whatever inherits from it or stands before it. */
  declare readonly _self: this;
  declare readonly _origin: SpanOrigin;
  declare readonly _context: SpanContext;
  declare _state: State;
  declare _attributeCount: number;
  declare _droppedAttributes: number;
  declare _droppedEvents: number;
  declare _droppedLinks: number;
  declare _unusableLinks: number;
  declare _duration: HrTime | undefined;
  /** When the span was made by the clock that only grows; and in milliseconds since 1970, if its start was given. */
  declare readonly _madeAtTick: number;
  declare readonly _madeAt: number | undefined;

  /** @param attributes an object of its own, of usable attributes within the limits @param links likewise */
  constructor(
    origin: SpanOrigin,
    context: SpanContext,
    parentContext: SpanContext | undefined,
    localRoot: ReadableSpan | undefined,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    attributeCount: number,
    links: Link[],
    startTime: TimeInput | undefined,
  ) {
    this.name = name;
    this.kind = kind;
    (this as { parentSpanContext: SpanContext | undefined }).parentSpanContext = parentContext;
    const now = Date.now();
    this._madeAtTick = performance.now();
    this._madeAt = startTime === undefined ? undefined : now;
    this.startTime = startTime === undefined ? hrTimeOf(now) : timeOf(this, startTime);
    this.endTime = [0, 0];
    this.status = { code: SpanStatusCode.UNSET };
    this.attributes = attributes;
    this.links = links;
    this.events = [];
    this.resource = origin.resource;
    this.instrumentationScope = origin.scope;
    putLocalRoot(this, localRoot);
    this._self = this;
    this._origin = origin;
    this._context = context;
    this._state = OPEN;
    this._attributeCount = attributeCount;
    this._droppedAttributes = 0;
    this._droppedEvents = 0;
    this._droppedLinks = 0;
    this._unusableLinks = 0;
    this._duration = undefined;
    makeListable(this);
  }

  spanContext(): SpanContext {
    return this._context;
  }

  isRecording(): boolean {
    return this._state !== ENDED;
  }

  setAttribute(key: string, value?: AttributeValue): this {
    try {
      if (isOpen(this._self, 'setAttribute')) putAttribute(this._self, key, value);
    } catch (error) {
      reportFailedCall(this, 'setAttribute', error);
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    try {
      if (isOpen(this._self, 'setAttributes')) {
        const usable = usableAttributes(attributes);
        for (const key in usable) if (Object.hasOwn(usable, key)) this.setAttribute(key, usable[key]);
      }
    } catch (error) {
      reportFailedCall(this, 'setAttributes', error);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    try {
      if (isOpen(this._self, 'addEvent')) {
        const usable = usableName('event name', name, 'unknown');
        if (isTimeLike(attributesOrTime)) {
          putEvent(this._self, usable, undefined, usableTime('event', time ?? attributesOrTime));
        } else {
          putEvent(this._self, usable, attributesOrTime, usableTime('event', time));
        }
      }
    } catch (error) {
      reportFailedCall(this, 'addEvent', error);
    }
    return this;
  }

  addLink(link: Link): this {
    try {
      if (isOpen(this._self, 'addLink')) {
        const usable = usableLink(link);
        if (usable === undefined) this._self._unusableLinks += 1;
        else putLink(this._self, usable);
      }
    } catch (error) {
      reportFailedCall(this, 'addLink', error);
    }
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      if (isOpen(this._self, 'addLinks')) {
        const usable = usableLinks(links ?? null) ?? [];
        for (const link of usable) putLink(this._self, link);
        this._self._unusableLinks += leftOutOf(usable);
      }
    } catch (error) {
      reportFailedCall(this, 'addLinks', error);
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    try {
      if (isOpen(this._self, 'setStatus')) {
        const usable = usableStatus(status);
        if (usable !== undefined) putStatus(this._self, usable);
      }
    } catch (error) {
      reportFailedCall(this, 'setStatus', error);
    }
    return this;
  }

  updateName(name: string): this {
    try {
      if (isOpen(this._self, 'updateName')) this._self.name = usableName('span name', name, this.name);
    } catch (error) {
      reportFailedCall(this, 'updateName', error);
    }
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    try {
      if (isOpen(this._self, 'recordException')) {
        const usable = usableException(exception);
        if (usable !== undefined)
          this.addEvent('exception', attributesOfException(usable), usableTime('exception', time));
      }
    } catch (error) {
      reportFailedCall(this, 'recordException', error);
    }
  }

  end(endTime?: TimeInput): void {
    try {
      if (isOpen(this._self, 'end')) endSpan(this._self, usableTime('end', endTime));
    } catch (error) {
      reportFailedCall(this, 'end', error);
    }
  }

  get duration(): HrTime {
    if (this._state === OPEN) return [NO_DURATION, NO_DURATION];
    return (this._duration ??= durationBetween(this.startTime, this.endTime));
  }

  get ended(): boolean {
    return this._state === ENDED;
  }

  get droppedAttributesCount(): number {
    return this._droppedAttributes;
  }

  get droppedEventsCount(): number {
    return this._droppedEvents;
  }

  /** Those beyond the limit, and those that could not be exported. */
  get droppedLinksCount(): number {
    return this._droppedLinks + this._unusableLinks;
  }
}

/** False, which is said, after the end of a span. @throws a `TypeError` for what is no span */
function isOpen(span: ClewSpan | undefined, method: string): boolean {
  if (span === undefined) throw new TypeError(method);
  if (span._state < ENDED) return true;
  reportLateCall(span, method);
  return false;
}

function putAttribute(span: ClewSpan, key: unknown, value: unknown): void {
  const { attributes } = span;
  const { limits } = span._origin;
  if (!isUsableKey(key) || !isPlainWithin(value, limits.attributeValueLengthLimit)) {
    putOddAttribute(span, key, value);
  } else if (Object.hasOwn(attributes, key)) {
    attributes[key] = value;
  } else if (span._attributeCount < limits.attributeCountLimit) {
    attributes[key] = value;
    span._attributeCount += 1;
  } else {
    dropAttribute(span);
  }
}

function isUsableKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '' && key !== '__proto__' && key.length <= MAX_NAME_LENGTH;
}

function putOddAttribute(span: ClewSpan, key: unknown, value: unknown): void {
  const usable = usableKey(key);
  if (usable === undefined) return;
  const decision = maybeAddAttribute({
    key: usable,
    value: usableAttributeValue(usable, value),
    attributes: span.attributes,
    limits: span._origin.limits,
    currentAttributesCount: span._attributeCount,
  });
  if (decision === AddAttributeDecision.ADD_NEW) span._attributeCount += 1;
  else if (decision === AddAttributeDecision.DROP_LIMIT_REACHED) dropAttribute(span);
}

function dropAttribute(span: ClewSpan): void {
  span._droppedAttributes += 1;
  if (span._droppedAttributes === 1) diag.warn('Dropping extra attributes.');
}

function putEvent(span: ClewSpan, name: string, given: unknown, at: TimeInput | undefined): void {
  const { eventCountLimit } = span._origin.limits;
  if (eventCountLimit === 0) {
    diag.warn('No events allowed.');
    span._droppedEvents += 1;
    return;
  }
  if (span.events.length >= eventCountLimit) {
    span.events.shift();
    span._droppedEvents += 1;
  }
  const time = timeOf(span, at);
  const { attributes, dropped } = attributesOfEvent(given, span._origin.eventLimits);
  span.events.push(
    attributes === undefined ? { name, time } : { name, time, attributes, droppedAttributesCount: dropped },
  );
}

function putLink(span: ClewSpan, link: Link): void {
  const { linkCountLimit } = span._origin.limits;
  if (linkCountLimit === 0) {
    span._droppedLinks += 1;
    return;
  }
  if (span.links.length >= linkCountLimit) {
    span.links.shift();
    span._droppedLinks += 1;
  }
  span.links.push(linkOf(link, span._origin.linkLimits));
}

/** A link as a span keeps it: its attributes within the limits. */
export function linkOf({ context, attributes: usable }: Link, limits: AttributeLimits): Link {
  const { attributes, dropped } = attributesOfLink(usable, limits);
  return attributes === undefined ? { context } : { context, attributes, droppedAttributesCount: dropped };
}

/** OK is final, and only an error has a message. */
function putStatus(span: ClewSpan, { code, message }: SpanStatus): void {
  if (code === SpanStatusCode.UNSET || span.status.code === SpanStatusCode.OK) return;
  span.status = code === SpanStatusCode.ERROR && message !== undefined ? { code, message } : { code };
}

function attributesOfException(exception: Exception): Attributes {
  if (typeof exception === 'string') return { [ATTR_EXCEPTION_MESSAGE]: exception };
  const { code, name, message, stack } = exception as { code?: string | number; name?: string } & Error;
  const type = code === undefined ? name : String(code);
  return {
    ...(type !== undefined && { [ATTR_EXCEPTION_TYPE]: type }),
    ...(message !== undefined && { [ATTR_EXCEPTION_MESSAGE]: message }),
    ...(stack !== undefined && { [ATTR_EXCEPTION_STACKTRACE]: stack }),
  };
}

function endSpan(span: ClewSpan, given: TimeInput | undefined): void {
  if (span._state === ENDING) return; // a processor ends the span that ends
  const { hooks } = span._origin;
  const { startTime } = span;
  const endTime = timeOf(span, given, span.endTime);
  if (isBefore(endTime, startTime)) {
    diag.warn(
      'Inconsistent start and end time, startTime > endTime. Setting span duration to 0ms.',
      startTime,
      endTime,
    );
    span.endTime = [startTime[0], startTime[1]];
  } else {
    span.endTime = endTime;
  }
  if (span._droppedEvents > 0) diag.warn(`Dropped ${span._droppedEvents} events because eventCountLimit reached`);
  if (span._droppedLinks > 0) diag.warn(`Dropped ${span._droppedLinks} links because linkCountLimit reached`);
  span._state = ENDING;
  try {
    hooks.onEnding(span);
  } catch (error) {
    span._state = OPEN;
    throw error;
  }
  span._state = ENDED;
  hooks.onEnd(span);
}

function isBefore([seconds, nanos]: HrTime, [otherSeconds, otherNanos]: HrTime): boolean {
  return seconds - otherSeconds - (nanos < otherNanos ? 1 : 0) < 0;
}

/** A point in time that the application gave, or now. A number up to the age of the process counts from its start. */
function timeOf(span: ClewSpan, given: TimeInput | undefined, into?: HrTime): HrTime {
  if (given === undefined) {
    if (span._madeAt !== undefined) return hrTimeOf(Date.now());
    return laterBy(performance.now() - span._madeAtTick, span.startTime, into);
  }
  if (typeof given !== 'number') return Array.isArray(given) ? given : hrTimeOf(Date.prototype.getTime.call(given));
  if (given > performance.now()) return hrTimeOf(given);
  const [seconds, nanos] = span._madeAt === undefined ? span.startTime : hrTimeOf(span._madeAt);
  const offset = seconds * 1000 + nanos / NANOS_PER_MILLI - (span._madeAtTick + performance.timeOrigin);
  return hrTime(given + offset);
}
