import { writeLine } from '@clew/diagnostics';

import { REDACTED } from './text/redacted.ts';

const PREFIX = 'hmac-sha256:';
const HASHED = /^hmac-sha256:[\da-f]{64}$/;

let isMissingKeyTold = false; // a second copy of this module says it once more, no harm

/**
 * Returns what computes the HMAC-SHA256 of a text with `key`, as `hmac-sha256:<hex>`. What is one stays as it is. Without
 * a key, which may come from a variable that is not set, every text is withheld, and that is told.
 */
export function keyedHash(key: string | undefined): (text: string) => string {
  if (!key) {
    if (!isMissingKeyTold) writeLine('redact.hash has no key; withholding its attributes');
    isMissingKeyTold = true;
    return () => REDACTED;
  }
  const { createHmac } = process.getBuiltinModule('node:crypto'); // only who asks for it loads it
  return (text) => (HASHED.test(text) ? text : PREFIX + createHmac('sha256', key).update(text).digest('hex'));
}
