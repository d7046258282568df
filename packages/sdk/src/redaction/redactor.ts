import { askCallback, reportOnce } from '@clew/diagnostics';

import { createAttributeRules } from './attribute-rule.ts';
import { changeFields, changeItems } from './copy-on-change.ts';
import { keyedHash } from './keyed-hash.ts';
import type { ResolvedRedactOptions } from './redact-options.ts';
import { redactText, type TextKind } from './text/redact-text.ts';
import { REDACTED } from './text/redacted.ts';
import { createSecretNames } from './text/secret-names.ts';

/** Replaces what must not leave the process. Never throws on what OpenTelemetry takes as a value. */
export interface Redactor {
  /** The value of an attribute as it may leave: the same one when nothing in it is secret, else a copy. */
  value(name: string, value: unknown): unknown;
  /** The same for a text that is no attribute. `name` says what it is, such as `span.name`. */
  text(name: string, text: string): string;
  /** Whether a pair may leave as it is to where nobody expects a secret. */
  isPublic(name: string, value: string): boolean;
  /**
   * Changes when a text that was left as it is may be secret from now on; `undefined` where each text is to be asked about
   * anew, since a function of the application answers.
   */
  generation(): number | undefined;
  /** Its options, without the patterns and the key: `redactor(defaults, attributes card.*, 2 patterns)`. */
  toString(): string;
}

/** Depth below which a value is withheld whole: nobody reads it, and a cycle would never end. */
const MAX_DEPTH = 16;

/** Length below which a secret might be a part of any word. */
const MIN_SECRET = 8;

/**
 * Builds the one engine that all signals go through.
 *
 * @param secrets texts that Clew itself was told in confidence; more may be added later
 */
export function createRedactor(options: ResolvedRedactOptions, secrets: ReadonlySet<string> = new Set()): Redactor {
  const names = createSecretNames(options.defaults, options.parameters);
  const ruleOf = createAttributeRules(options, names);
  const patterns = options.patterns.map(globalPattern);
  const hash = options.hash === undefined ? () => REDACTED : keyedHash(options.hash.key);

  const redact = (name: string, text: string, kind: TextKind): string => {
    let result = redactText(text, names, kind, options.defaults);
    if (options.defaults) for (const secret of secrets) result = withoutSecret(result, secret);
    for (const pattern of patterns) result = result.replace(pattern, REDACTED);
    return options.value === undefined ? result : answerOf(options.value, name, result);
  };
  const redactString = (name: string, text: string): string => {
    const rule = ruleOf(name);
    if (rule === 'any' || rule === 'conventional') return redact(name, text, rule);
    if (rule === 'withhold' || rule === 'credential') return text === '' ? text : REDACTED;
    return rule === 'hash' ? hash(text) : redact(name, text, rule);
  };
  const redactObject = (name: string, value: unknown, depth: number): unknown => {
    const rule = ruleOf(name);
    if (value === null || value === undefined || (typeof value === 'boolean' && rule !== 'withhold')) return value;
    if (rule === 'hash' && typeof value !== 'object') return hash(`${value as number | boolean}`);
    if (rule === 'withhold' || rule === 'credential' || depth > MAX_DEPTH) return blank(value);
    if (typeof value !== 'object' || value instanceof Uint8Array) return value;
    if (Array.isArray(value)) return changeItems(value, (item: unknown) => redactAny(name, item, depth + 1));
    const prefix = name === '' ? '' : `${name}.`;
    return changeFields(value as Readonly<Record<string, unknown>>, (field, item) =>
      redactAny(prefix + field, item, depth + 1),
    );
  };
  const redactAny = (name: string, value: unknown, depth: number): unknown =>
    typeof value === 'string' ? redactString(name, value) : redactObject(name, value, depth);

  return {
    value: (name, value) => redactAny(name, value, 0),
    text: (name, text) => {
      if (typeof text !== 'string') return text; // callers are not typed
      return redact(name, text, name === 'span.name' ? 'conventional' : 'any');
    },
    isPublic: (name, value) => !names.isParameter(name) && redactString(name, value) === value,
    generation: () => (options.value === undefined ? secrets.size : undefined),
    toString: () => inWords(options),
  };
}

function inWords({ defaults, attributes, parameters, patterns, value, hash }: ResolvedRedactOptions): string {
  const parts = [
    ...(defaults ? ['defaults'] : []),
    ...(attributes.length > 0 ? [`attributes ${attributes.join(' ')}`] : []),
    ...(parameters.length > 0 ? [`parameters ${parameters.join(' ')}`] : []),
    ...(patterns.length > 0 ? [`${patterns.length} patterns`] : []),
    ...(value === undefined ? [] : ['value']),
    ...(hash === undefined ? [] : [`hash of ${hash.attributes.join(' ')}`]),
  ];
  return `redactor(${parts.join(', ')})`;
}

function withoutSecret(text: string, secret: string): string {
  return secret.length < MIN_SECRET ? text : text.replaceAll(secret, REDACTED);
}

function blank(value: unknown): unknown {
  return Array.isArray(value) ? value.map(() => REDACTED) : REDACTED;
}

function globalPattern(pattern: RegExp | string): RegExp {
  const { source, flags } = new RegExp(pattern);
  return new RegExp(source, `${flags.replace(/[gy]/g, '')}g`);
}

function answerOf(ask: NonNullable<ResolvedRedactOptions['value']>, name: string, text: string): string {
  const answer = askCallback<unknown>('the redact.value option', REDACTED, () => ask(name, text));
  if (answer === undefined) return text;
  if (typeof answer === 'string') return answer;
  reportOnce('redact.value', 'the redact.value option returned neither a string nor undefined; withholding the text');
  return REDACTED;
}
