import { MARK } from './redacted.ts';

/** A scheme of HTTP authentication, and what follows it. */
const BEARER = /\b(bearer\s+)([\w.~+/-]+=*)(?![\w.~+/=\uFDD0-])/gi;
const BASIC = /\b(basic\s+)([\w+/-]+=*)(?![\w+/=\uFDD0-])/gi;
const SIGNED = /\b(AWS4-HMAC-SHA256\s+)([^\r\n"]+)/g;

/** Words that follow the name of a scheme where a text speaks of it and does not use it. */
const WORDS =
  /^(?:auth(?:entication|orization)?|tokens?|schemes?|headers?|realm|credentials?|challenge|error|is|was|are|or|and|of|for|in|not)\.*$/i;

/** Replaces the credentials behind `Bearer` and `Basic` wherever they stand in a text. */
export function redactAuthorization(text: string): string {
  return text
    .replace(BEARER, (all, scheme: string, token: string) => (WORDS.test(token) ? all : scheme + MARK))
    .replace(BASIC, (all, scheme: string, token: string) => (isPlain(token) ? all : scheme + MARK))
    .replace(SIGNED, `$1${MARK}`);
}

/** `Basic` is also the name of plans, courses and languages: encoded credentials look like no word or number. */
function isPlain(token: string): boolean {
  return token.length < 16 && /^(?:[A-Z]?[a-z]*(?:[-/][a-zA-Z]?[a-z]*)*|[A-Z]+|\d+)$/.test(token);
}
