import { combineHeaders, trimOws, type HeaderValue } from './header-value.ts';
import { percentDecode, percentEncode } from './percent-encoding.ts';

/** One list-member of a `baggage` header. */
export interface BaggageMember {
  /** A token of HTTP: ASCII letters, digits and ``! # $ % & ' * + - . ^ _ ` | ~``. */
  readonly key: string;
  /** Any text; where it travels it is percent-encoded. */
  readonly value: string;
  /** Properties behind the value, as they travel: `['ttl=60', 'private']`. */
  readonly properties: readonly string[];
}

/** The list-members of a `baggage` header in their order. A key may be there more than once. */
export type Baggage = readonly BaggageMember[];

const MAX_MEMBERS = 64;
const MAX_BYTES = 8192;
const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;
const OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/**
 * Parses the `baggage` header or headers of a request; several are one list, in their order. A list-member that breaks
 * the rules is left out, and so is, whole, one that would be the 65th or take the list beyond 8192 bytes.
 *
 * @returns the list-members, none when there is no header; never throws
 * @see https://www.w3.org/TR/baggage/#header-content
 */
export function parseBaggage(value: HeaderValue): Baggage {
  const baggage: BaggageMember[] = [];
  const fits = createLimit();
  for (const part of combineHeaders(value)?.split(',') ?? []) {
    const text = trimOws(part);
    const member = parseMember(text);
    if (member !== undefined && fits(text)) baggage.push(member);
  }
  return baggage;
}

/**
 * Writes a `baggage` value of up to 64 list-members and 8192 bytes. A list-member that does not fit is left out whole,
 * and so is one whose key or properties the recommendation does not allow.
 *
 * @returns the value; empty when there is nothing to send
 * @see https://www.w3.org/TR/baggage/#limits
 */
export function formatBaggage(baggage: Baggage): string {
  const fits = createLimit();
  const texts = baggage.map(formatMember);
  return texts.filter((text) => text !== undefined && fits(text)).join(',');
}

/** Counts list-members and says of each whether it still fits. All of it is ASCII: a character is a byte. */
function createLimit(): (text: string) => boolean {
  let members = 0;
  let bytes = 0;
  return function fits(text) {
    if (members === MAX_MEMBERS || bytes + text.length > MAX_BYTES) return false;
    members += 1;
    bytes += text.length + ','.length;
    return true;
  };
}

function parseMember(text: string): BaggageMember | undefined {
  const [pair = '', ...properties] = text.split(';').map(trimOws);
  const equals = pair.indexOf('=');
  if (equals === -1) return undefined;
  const key = trimOws(pair.slice(0, equals));
  const value = trimOws(pair.slice(equals + 1));
  if (!TOKEN.test(key) || !OCTETS.test(value) || !properties.every(isProperty)) return undefined;
  return { key, value: percentDecode(value), properties };
}

function formatMember({ key, value, properties }: BaggageMember): string | undefined {
  if (key.length + value.length > MAX_BYTES) return undefined; // encoded it is longer still, and takes its time
  const texts = properties.map(trimOws).filter((text) => text !== '');
  if (!TOKEN.test(key) || !texts.every(isProperty)) return undefined;
  return [`${key}=${percentEncode(value)}`, ...texts].join(';');
}

/** A token, or a token and a value. */
function isProperty(text: string): boolean {
  const equals = text.indexOf('=');
  if (equals === -1) return TOKEN.test(text);
  return TOKEN.test(trimOws(text.slice(0, equals))) && OCTETS.test(trimOws(text.slice(equals + 1)));
}
