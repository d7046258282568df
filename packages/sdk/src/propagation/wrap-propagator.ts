import type { TextMapPropagator } from '@opentelemetry/api';

/** A propagator that can say what it is. */
export type NamedPropagator = TextMapPropagator & { toString(): string };

/** The same propagator, but for what is done in another way. */
export function wrapPropagator(
  propagator: NamedPropagator,
  changes: Partial<Pick<TextMapPropagator, 'inject' | 'extract'>>,
): NamedPropagator {
  return {
    fields: () => propagator.fields(),
    toString: () => String(propagator),
    inject: (context, carrier, setter) => propagator.inject(context, carrier, setter),
    extract: (context, carrier, getter) => propagator.extract(context, carrier, getter),
    ...changes,
  };
}
