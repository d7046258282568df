import { ownMessage } from './own-message.ts';
import { REDACTED } from './redacted.ts';
import { createSecretNames } from './secret-names.ts';

/** Parts of a request beside telemetry that a backend may repeat. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Makes one short line of a backend's answer, for a message of ours: it steers no terminal and shows none of the header
 * values, user info or secret parameters that the backend was sent.
 */
export function backendSaid(said: string, { url, headers }: Sent): string {
  const isCut = said.length > MAX_READ_LENGTH;
  const visible = said.slice(0, MAX_READ_LENGTH).replace(/\s+/g, ' ').replace(INVISIBLE, ''); // some hide in a value
  const clean = without([...secretsOf(url), ...headerValues(headers)], visible, isCut);
  return ownMessage(clean).trim().slice(0, MAX_SAID_LENGTH);
}

/** A text without the values of the headers that a backend was sent: some repeat a wrong key. */
export function withoutHeaderValues(said: string, headers: Readonly<Record<string, string>>): string {
  return without(headerValues(headers), said, false);
}

/** How much is shown, in characters. */
const MAX_SAID_LENGTH = 200;
const MAX_READ_LENGTH = 10_000;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]+/gu;
/** Shorter ones would be found in half of what anybody says. */
const MIN_VALUE_LENGTH = 6;
const NAMES = createSecretNames(true, []);

function headerValues(headers: Readonly<Record<string, string>>): string[] {
  return Object.values(headers).flatMap((value) => [
    value,
    ...value.split(/[\s,;]+/),
    ...value.split(/[\s,;=]+/),
    ...decodedBasic(value),
  ]);
}

/** The user and the password of an `Authorization: Basic`. */
function decodedBasic(value: string): string[] {
  const [, encoded] = /^basic\s+([\w+/-]{1,4096}=*)$/i.exec(value.trim()) ?? [];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString();
  return [pair, ...pair.split(':')];
}

/** User and password of an endpoint, also in the form in which they are sent, and its secret parameters. */
function secretsOf(url: string): string[] {
  const parsed = URL.parse(url);
  if (parsed === null) return [];
  const parameters = [...parsed.searchParams].filter(([name]) => NAMES.isParameter(name)).map(([, value]) => value);
  const { username, password } = parsed;
  if (username === '' && password === '') return parameters;
  const [user, pass] = [decoded(username), decoded(password)];
  const basic = Buffer.from(`${user}:${pass}`).toString('base64');
  return [...parameters, basic, basic.replace(/=+$/, ''), `${user}:${pass}`, user, pass, username, password];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Replaces the values in any case, also as a URL or JSON would have them; the longest first.
 *
 * @param isCut whether the text may end within a value
 */
function without(values: readonly string[], text: string, isCut: boolean): string {
  const forms = new Set(values.flatMap((value) => [value, inUrl(value), JSON.stringify(value).slice(1, -1)]));
  const secrets = [...forms].filter(({ length }) => length >= MIN_VALUE_LENGTH).toSorted((a, b) => b.length - a.length);
  const [longest] = secrets;
  if (longest === undefined) return text;
  let result = '';
  let done = 0;
  for (const { index, 0: found } of text.matchAll(new RegExp(secrets.map(escaped).join('|'), 'gi'))) {
    result += text.slice(done, index) + REDACTED;
    done = index + found.length;
  }
  return result + text.slice(done, isCut ? Math.max(done, text.length - longest.length) : text.length);
}

function inUrl(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value; // half a character
  }
}

const escaped = (value: string) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
