import { redactText } from './redact-text.ts';
import { createSecretNames } from './secret-names.ts';

const NAMES = createSecretNames(true, []);

/** A message of ours about an endpoint or an option of the user, whatever the `redact` options say, without secrets. */
export function ownMessage(text: string): string {
  return redactText(text, NAMES, 'any', true);
}
