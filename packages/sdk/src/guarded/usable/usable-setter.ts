import { reportOnce } from '@clew/diagnostics';
import type { TextMapSetter } from '@opentelemetry/api';

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** @see https://www.rfc-editor.org/rfc/rfc9110#name-field-values */
const FIELD_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
const MAX_NAME_LENGTH = 256;
const USUAL: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage']);
const MAX_VALUE_LENGTH = 16 * 1024;

// A setter is a constant of whoever injects; a second copy of this module makes a wrapper of its own.
const wrapped = new WeakMap<TextMapSetter, TextMapSetter>();

/**
 * The same setter, which leaves out a field that HTTP does not allow: the client would throw later, out of reach of all
 * guards. Baggage that came with a message may have any key.
 */
export function usableSetter<Carrier>(setter: TextMapSetter<Carrier>): TextMapSetter<Carrier> {
  if (typeof setter !== 'object' || setter === null) return setter; // whose failure the guard tells
  const known = wrapped.get(setter);
  if (known !== undefined) return known;
  const usable: TextMapSetter<Carrier> = {
    set(carrier, name, value) {
      if (isField(name, value)) setter.set(carrier, name, value);
      else reportOnce('a field that is none', 'a propagator injected an invalid HTTP header; left out');
    },
  };
  wrapped.set(setter, usable);
  return usable;
}

function isField(name: unknown, value: unknown): boolean {
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) return false;
  if (!USUAL.has(name) && !TOKEN.test(name)) return false;
  // Values other than text are the setter's to judge: propagators of others may be generous.
  return typeof value !== 'string' || (value.length <= MAX_VALUE_LENGTH && FIELD_VALUE.test(value));
}
