import { redactText } from './redact-text.ts';
import { REDACTED } from './redacted.ts';
import { createSecretNames } from './secret-names.ts';

const NAMES = createSecretNames(true, []);
/** Shorter ones would be found in half of what anybody says. */
const MIN_VALUE_LENGTH = 6;

/** A message of ours about an endpoint or an option of the user, whatever the `redact` options say, without secrets. */
export function ownMessage(text: string): string {
  return redactText(text, NAMES, 'any', true);
}

/** What a backend said, without the values of the headers that it was sent: some repeat a wrong key. */
export function withoutHeaderValues(said: string, headers: Readonly<Record<string, string>>): string {
  const values = Object.values(headers).flatMap((value) => [value, ...value.split(/[\s,;=]+/)]);
  return values
    .filter((value) => value.length >= MIN_VALUE_LENGTH)
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, value) => text.replaceAll(value, REDACTED), said);
}
