import type { Attributes } from '@opentelemetry/api';

import type { Redactor } from './redactor.ts';

/** Redacts attributes where they are; they must be the SDK's own copy. */
export function redactAttributes(attributes: Attributes, redactor: Redactor): void {
  for (const name in attributes) {
    const value = attributes[name];
    const redacted = redactor.value(name, value);
    if (redacted !== value) attributes[name] = redacted;
  }
}
