import { MARK } from './redacted.ts';

/** `://` as it is, escaped as some JSON writers do, or percent-encoded any number of times. */
const AUTHORITY_START = /(?::|%(?:25)*3A)(?:\/\/|\\\/\\\/|%(?:25)*2F%(?:25)*2F)/gi;
/** Characters that end an authority. A percent-encoded end counts where the start was encoded, too. */
const RAW_END = /[/?#\s"'`<>\\,]/g;
const ENCODED_END = /[/?#&;\s"'`<>\\,]|%(?:25)*(?:2F|3F|23|26)/gi;
const COLON = /:|%(?:25)*3A/i;
const AT = /@|%(?:25)*40/gi;
/** A port, or the place of one in a template. */
const PORT = /^(?:\d{0,5}|[$%{<*].*)$/;
/** How far a password with unescaped `/`, `?` or `#` in it is searched for its end. */
const MAX_PASSWORD_LENGTH = 256;

/** Whether a text may have user info: an `@`, percent-encoded any number of times. */
export function mayHaveUserInfo(text: string): boolean {
  return text.includes('@') || (text.includes('%') && /%(?:25)*40/.test(text));
}

/**
 * Replaces the user info of every URL in a text: `https://user:pass@host` has `REDACTED:REDACTED@host`.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/
 */
export function redactUserInfo(text: string): string {
  let result = '';
  let done = 0;
  for (const { index, 0: separator } of text.matchAll(AUTHORITY_START)) {
    const start = index + separator.length;
    if (start < done) continue;
    const isEncoded = separator.includes('%');
    const userInfo = userInfoAt(text, start, isEncoded);
    if (userInfo === undefined) continue;
    const colon = COLON.exec(userInfo)?.[0] ?? (isEncoded ? separator.slice(0, separator.search(/%(?:25)*2F/i)) : ':');
    result += text.slice(done, start) + MARK + colon + MARK;
    done = start + userInfo.length;
  }
  return done === 0 ? text : result + text.slice(done);
}

/** Returns the text between `start` and the last `@` of the authority there. */
function userInfoAt(text: string, start: number, isEncoded: boolean): string | undefined {
  const end = isEncoded ? endOf(ENCODED_END, text, start) : endOf(RAW_END, text, start);
  const authority = text.slice(start, end);
  const at = lastAt(authority);
  if (at > 0) return authority.slice(0, at);
  // A password that should have been encoded and is not: what follows its colon is no port.
  const [, afterColon] = authority.split(COLON);
  if (at === 0 || afterColon === undefined || PORT.test(afterColon) || authority.startsWith('[')) return undefined;
  const more = /^\S*/.exec(text.slice(start, end + MAX_PASSWORD_LENGTH))?.[0] ?? '';
  const lateAt = lastAt(more);
  return lateAt > 0 ? more.slice(0, lateAt) : undefined;
}

function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.exec(text)?.index ?? text.length;
}

function lastAt(text: string): number {
  let last = text.lastIndexOf('@');
  if (!text.includes('%')) return last;
  for (const { index } of text.matchAll(AT)) last = index;
  return last;
}
