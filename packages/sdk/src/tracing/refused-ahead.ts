import { isSpanContextValid, trace, type Context, type Span, type SpanContext } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';

import { randomIds } from '../otel/random-ids.ts';
import { refusedBelow } from './refused-span.ts';

/** Tells by its parent alone that a span will not be recorded; `false` where the sampler has to be asked. */
export type Refuses = (parent: SpanContext | undefined) => boolean;

const ids = randomIds();

/**
 * The span that the SDK would make of what is not recorded, without reading what it is to be started with: attributes,
 * their copies and links are the larger part of its cost. `undefined` where the SDK has to make the span.
 */
export function refusedAhead(refuses: Refuses, context: Context): Span | undefined {
  const given = trace.getSpanContext(context);
  if (!refuses(given)) return undefined; // most are sampled, and then nothing more is looked at
  const parent = given !== undefined && isSpanContextValid(given) ? given : undefined;
  if ((parent !== given && !refuses(parent)) || isTracingSuppressed(context)) return undefined;
  if (given?.traceState !== undefined) return undefined; // the sampler takes its threshold out of it
  return refusedBelow(parent, ids);
}
