import { ownMessage } from '../redaction/text/own-message.ts';

const MAX_LENGTH = 40;

/** Names the kind of a value that is no good, and the value itself, without the secrets in it, where it is short. */
export function describeValue(value: unknown): string {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(ownMessage(value).slice(0, MAX_LENGTH));
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'function' ? 'a function' : `a value of type ${typeof value}`;
}
