import { context, isSpanContextValid, propagation, trace, type Context, type TextMapSetter } from '@opentelemetry/api';
import { withTarget } from '@clew/spans';

/** Variables to set in a child's environment, or to leave out of it where the value is `undefined`. */
export type EnvironmentChanges = Map<string, string | undefined>;

/** Reads one variable. */
export type Environment = (name: string) => string | undefined;

/**
 * Changes to the environment of a process about to be started, with which it continues the active trace.
 *
 * A variable that has another value in the child's environment than in our own was given by the user: it stays, and if
 * it is one of the trace, so do all. One with the same value was handed down to us: it is replaced inside a span, and
 * left out where it does not belong to what runs now.
 *
 * @param keepsInherited whether what runs outside of any span still belongs to the trace that started this process
 * @see https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 */
export function environmentChanges(child: Environment, own: Environment, keepsInherited: boolean): EnvironmentChanges {
  const active = context.active();
  const changes: EnvironmentChanges = new Map();
  const inSpan = isInSpan(active);
  if (!inSpan && keepsInherited) return changes;

  const names = propagation.fields().map(variableName);
  const given = names.filter((name) => child(name) !== undefined && child(name) !== own(name));
  if (given.some((name) => name !== 'BAGGAGE')) return changes;

  for (const name of names) if (child(name) !== undefined) changes.set(name, undefined);
  if (inSpan) propagation.inject(withTarget(active, { kind: 'child' }), changes, setVariable);
  for (const name of given) changes.delete(name);
  return changes;
}

function isInSpan(active: Context): boolean {
  const spanContext = trace.getSpanContext(active);
  return spanContext !== undefined && isSpanContextValid(spanContext);
}

const setVariable: TextMapSetter<EnvironmentChanges> = {
  set(changes, key, value) {
    if (!value.includes('\0')) changes.set(variableName(key), value); // Node refuses to start a process with a NUL
  },
};

/** The variable for a header: upper case, `_` for all that is not a letter or digit, and before a digit in front. */
function variableName(header: string): string {
  return header.toUpperCase().replaceAll(/[^A-Z\d]|^(?=\d)/g, '_');
}
