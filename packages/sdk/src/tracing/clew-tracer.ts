import {
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type SpanOptions,
  type TraceState,
} from '@opentelemetry/api';
import { cleanAttributes, isTracingSuppressed } from '@opentelemetry/core';
import type { IdGenerator, ReadableSpan, Sampler, SamplingDecision, SamplingResult } from '@opentelemetry/sdk-trace';

import { guard, reportOnce } from '@clew/diagnostics';
import type { HeadReads } from '@clew/sampling/internal';
import { localRootOf, type SpanDescription } from '@clew/spans/internal';

import { leftOutOf } from '../guarded/usable/left-out.ts';
import { usableAttributes } from '../guarded/usable/usable-attributes.ts';
import { usableLinks } from '../guarded/usable/usable-link.ts';
import { usableKind, usableSpanOptions } from '../guarded/usable/usable-span-options.ts';
import { usableTime } from '../guarded/usable/usable-time.ts';
import { ClewSpan, linkOf, type SpanOrigin } from './clew-span.ts';
import { copyOf, countPlain, type AttributeLimits } from './span-attributes.ts';
import type { Refuses } from './refused-ahead.ts';
import { refused, refusedBelow, RefusedSpan } from './refused-span.ts';
import type { StartSpan } from './tracer-methods.ts';

/** Decides which spans are made, and with which ids. */
export interface SpanDecisions {
  readonly sampler: Sampler;
  readonly idGenerator: IdGenerator;
  /** Tells what the sampler will not record, if it can tell by the parent. */
  readonly refuses?: Refuses | undefined;
  /**
   * Facts that the sampler reads of a local root, beside name, kind and parent; of spans below it none. It is asked as soon as they
   * are known. `undefined` for a stranger, which may read all of every span, keep what it is given, or write to it.
   */
  readonly readsOfRoots: (() => HeadReads) | undefined;
  /** The sampler keeps what is not refused, and is asked only where there is a trace state or an invalid parent. */
  readonly keepsOthers?: boolean | undefined;
}

// By number: the enumeration is a part of OpenTelemetry's SDK.
const NOT_RECORD: SamplingDecision = 0;
const RECORD_AND_SAMPLED: SamplingDecision = 2;

const KEPT: SamplingResult = { decision: RECORD_AND_SAMPLED };
const NO_OPTIONS: SpanOptions = {};
const NO_ATTRIBUTES: Attributes = Object.freeze({});
const NO_LINKS: Link[] = [];
const NO_LIMITS = { attributeCountLimit: Infinity, attributeValueLengthLimit: Infinity };

/** Starts spans of one scope. */
export function spanStarter(origin: SpanOrigin, decisions: SpanDecisions): StartSpan {
  return (name, given, around, describe, facts) => {
    const options = readOptions(given);
    const context = options.root ? trace.deleteSpan(around) : around;
    if (context !== ROOT_CONTEXT && isTracingSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    return startIn(context, { name, options, describe, facts }, origin, decisions);
  };
}

/** A span that is asked for. */
interface AskedSpan {
  readonly name: string;
  readonly options: SpanOptions;
  /** Has all but the kind, where it is given. */
  readonly describe: (() => SpanDescription) | undefined;
  readonly facts: (() => Attributes) | undefined;
}

function startIn(context: Context, asked: AskedSpan, origin: SpanOrigin, decisions: SpanDecisions): Span {
  const { name, describe } = asked;
  const { sampler, readsOfRoots, idGenerator, refuses, keepsOthers } = decisions;
  const isSamplerForeign = readsOfRoots === undefined;
  const parentSpan = context === ROOT_CONTEXT ? undefined : trace.getSpan(context);
  if (parentSpan instanceof RefusedSpan && !isSamplerForeign) return belowRefused(parentSpan, asked, idGenerator);
  const parent = parentSpan && usableParent(parentSpan);
  const isPlain = parent === undefined ? parentSpan === undefined : isPlainParent(parent);
  // Without a look at attributes and links: they are the larger part of its cost.
  if (isPlain && refuses !== undefined && refuses(parent)) return refusedBelow(parent, idGenerator);
  const spanId = idGenerator.generateSpanId();
  const traceId = parent === undefined ? idGenerator.generateTraceId() : parent.traceId;
  const kind = usableKind(asked.options.kind) ?? SpanKind.INTERNAL;
  let sampled = isPlain && keepsOthers === true ? KEPT : undefined;
  const known = sampled === undefined ? knownAhead(parent, asked.facts, readsOfRoots) : undefined;
  if (known !== undefined) {
    sampled = sampler.shouldSample(context, traceId, name, kind, known, NO_LINKS);
    if (sampled.decision === NOT_RECORD) return refused(traceId, spanId, stateAfter(sampled, parent));
  }
  const options: SpanDescription =
    describe === undefined ? asked.options : guard('describing a span', NO_OPTIONS, describe);
  const usable = options.links === undefined ? undefined : usableLinks(options.links);
  const links = usable === undefined ? [] : usable.map((link) => linkOf(link, origin.linkLimits));
  const { attributes: given = {} } = options;
  const copy = describe !== undefined && options.isOwn === true ? given : copyOf(given);
  const count = copy === undefined || isSamplerForeign ? -1 : countPlain(copy, origin.limits);
  const odd = count === -1 ? withoutLimits(given) : undefined;
  const attributes = odd?.attributes ?? copy ?? {};
  sampled ??= sampler.shouldSample(context, traceId, name, kind, attributes, links);
  const traceState = stateAfter(sampled, parent);
  if (sampled.decision === NOT_RECORD) return refused(traceId, spanId, traceState);
  const spanContext = {
    traceId,
    spanId,
    traceFlags: sampled.decision === RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
    traceState,
  } as SpanContext;
  const startTime = options.startTime === undefined ? undefined : usableTime('start', options.startTime);
  const isReady = odd === undefined && sampled.attributes === undefined;
  const cut = isReady ? undefined : withinLimits(Object.assign(attributes, sampled.attributes), origin.limits);
  const localRoot = localRootBelow(parentSpan, parent);
  const own = cut === undefined ? attributes : cut.attributes;
  const ownCount = cut === undefined ? count : cut.count;
  const span = new ClewSpan(origin, spanContext, parent, localRoot, name, kind, own, ownCount, links, startTime);
  if (cut !== undefined) span._droppedAttributes = cut.dropped + (odd?.dropped ?? 0);
  if (usable !== undefined) keepLastLinks(span, leftOutOf(usable));
  origin.hooks.onStart(span, context);
  return span;
}

/** Gives a span that is sent to others an id of its own; others share that of their trace. To an application each is another object. */
function belowRefused(
  parentSpan: RefusedSpan,
  { options: { kind }, describe }: AskedSpan,
  generator: IdGenerator,
): RefusedSpan {
  const { _context: parent } = parentSpan;
  if (kind === SpanKind.CLIENT || kind === SpanKind.PRODUCER) return refusedBelow(parent, generator, parent.traceState);
  return describe === undefined ? new RefusedSpan(parent) : parentSpan;
}

/** The attributes that the sampler reads, where that is known before the span is described. */
function knownAhead(
  parent: SpanContext | undefined,
  facts: (() => Attributes) | undefined,
  readsOfRoots: SpanDecisions['readsOfRoots'],
): Attributes | undefined {
  if (readsOfRoots === undefined) return undefined;
  const isInside = parent !== undefined && parent.isRemote !== true;
  const reads = isInside ? 'nothing' : readsOfRoots();
  if (reads === 'nothing') return NO_ATTRIBUTES;
  return reads === 'facts' && facts !== undefined ? guard('reading facts of a span', NO_ATTRIBUTES, facts) : undefined;
}

/** Reads options, each once. */
function readOptions(options: unknown): SpanOptions {
  if (options === undefined) return NO_OPTIONS;
  try {
    if (typeof options === 'object' && options !== null) {
      const { root, kind, attributes, links, startTime } = options as { -readonly [Key in keyof SpanOptions]-?: never };
      return { root, kind, attributes, links, startTime };
    }
  } catch {
    // One of them cannot be read, and the others are.
  }
  return usableSpanOptions(options);
}

/** The parent, where it has proper ids; those of our own spans are. */
function usableParent(span: Span): SpanContext | undefined {
  const parent = span.spanContext();
  return span instanceof ClewSpan || isSpanContextValid(parent) ? parent : undefined;
}

/** Tells a parent that says nothing to a sampler but whether it was sampled. */
function isPlainParent({ traceFlags, traceState }: SpanContext): boolean {
  return traceState === undefined && typeof traceFlags === 'number';
}

/** The local root of a span with this parent, as `noteLocalRoot` finds it; `undefined` for one that is its own. */
function localRootBelow(parentSpan: Span | undefined, parent: SpanContext | undefined): ReadableSpan | undefined {
  if (parentSpan === undefined || parent === undefined || parent.isRemote === true) return undefined;
  return localRootOf(parentSpan) as ReadableSpan | undefined;
}

const stateAfter = (sampled: SamplingResult, parent: SpanContext | undefined): TraceState | undefined =>
  usableTraceState(sampled.traceState ?? parent?.traceState);

/** A parent that was made by hand may have a text there, and hands it down: nobody could serialise the span. */
function usableTraceState(traceState: TraceState | undefined): TraceState | undefined {
  if (traceState === undefined || typeof traceState?.serialize === 'function') return traceState;
  reportOnce('a trace state', "the parent's traceState is not a TraceState object; ignored");
  return undefined;
}

/** The attributes that can be exported, before the sampler is asked. */
function withoutLimits(given: unknown): { readonly attributes: Attributes; readonly dropped: number } {
  const usable = usableAttributes(given);
  const { attributes = {}, droppedAttributesCount = 0 } = cleanAttributes(usable, NO_LIMITS);
  return { attributes, dropped: droppedAttributesCount + leftOutOf(usable) };
}

function withinLimits(
  all: Attributes,
  limits: AttributeLimits,
): { attributes: Attributes; count: number; dropped: number } {
  const { attributes = {}, droppedAttributesCount = 0 } = cleanAttributes(all, limits);
  return { attributes, count: Object.keys(attributes).length, dropped: droppedAttributesCount };
}

/** The first go where there are too many. */
function keepLastLinks(span: ClewSpan, unusable: number): void {
  span._unusableLinks = unusable;
  span._droppedLinks = Math.max(0, span.links.length - span._origin.limits.linkCountLimit);
  if (span._droppedLinks > 0) span.links = span.links.slice(span._droppedLinks);
}
