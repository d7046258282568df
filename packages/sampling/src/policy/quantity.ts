// Quantities as texts: durations, sizes, comparisons. Each has the pattern that the JSON Schema shows and the reader tests,
// and a reader that takes only what fits the pattern.

import type { Range } from './policy.ts';

const AMOUNT = String.raw`\d{1,9}(?:\.\d{1,9})?`;
const NUMBER = String.raw`-?\d{1,15}(?:\.\d{1,9})?`;
const TIME_UNIT = '(?:us|ms|s|m|h)';
const OPERATOR = '(?:>=|<=|>|<) ?';

/** A duration such as `250ms`. */
export const DURATION: string = `^${AMOUNT}${TIME_UNIT}$`;
const ZEROS = String.raw`(?:\.0{1,9})?`;
const FRACTION = String.raw`(?:\.\d{1,9})?`;
/** A duration from one second to sixty, in seconds or milliseconds, or one minute. */
export const BURST: string = `^(?:${[
  `(?:[1-9]|[1-5]\\d)${FRACTION}s|60${ZEROS}s`,
  `(?:[1-9]\\d{3}|[1-5]\\d{4})${FRACTION}ms|60000${ZEROS}ms`,
  `1${ZEROS}m`,
].join('|')})$`;
/** A size such as `64MiB`. */
export const SIZE: string = `^${AMOUNT}(?:B|kB|KiB|MB|MiB|GB|GiB)$`;
/** One or two comparisons of a duration, such as `>=100ms <2s`. */
export const DURATION_COMPARISON: string = `^${twice(`${OPERATOR}${AMOUNT}${TIME_UNIT}`)}$`;
/** One or two comparisons of a number, such as `>=500`. */
export const NUMBER_COMPARISON: string = `^${twice(`${OPERATOR}${NUMBER}`)}$`;

function twice(comparison: string): string {
  return `${comparison}(?: {1,3}${comparison})?`;
}

const MILLIS = new Map([
  ['us', 1e-3],
  ['ms', 1],
  ['s', 1e3],
  ['m', 60e3],
  ['h', 3600e3],
]);
const BYTES = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['KiB', 2 ** 10],
  ['MB', 1e6],
  ['MiB', 2 ** 20],
  ['GB', 1e9],
  ['GiB', 2 ** 30],
]);

/** Milliseconds of a text that fits `DURATION`. */
export const millisOf = (text: string): number => amountOf(text, MILLIS);
/** Bytes, rounded down, of a text that fits `SIZE`. */
export const bytesOf = (text: string): number => Math.floor(amountOf(text, BYTES));

function amountOf(text: string, units: ReadonlyMap<string, number>): number {
  const unit = /[a-z]*$/i.exec(text)?.[0] ?? '';
  return Number.parseFloat(text) * (units.get(unit) ?? 1);
}

/** The range of a text that fits one of the patterns of comparisons; of two bounds on one side the narrower holds. */
export function rangeOf(text: string): Range {
  const range: { -readonly [Bound in keyof Range]: number } = {};
  for (const [, operator, amount = ''] of text.matchAll(/([<>]=?) ?([^<> ]+)/g)) {
    const value = millisOf(amount);
    if (operator === '>') range.above = Math.max(range.above ?? value, value);
    else if (operator === '>=') range.atLeast = Math.max(range.atLeast ?? value, value);
    else if (operator === '<') range.below = Math.min(range.below ?? value, value);
    else range.atMost = Math.min(range.atMost ?? value, value);
  }
  return range;
}

/** Returns whether no number is within. */
export function isEmpty({ above, atLeast, below, atMost }: Range): boolean {
  const least = Math.max(above ?? -Infinity, atLeast ?? -Infinity);
  const most = Math.min(below ?? Infinity, atMost ?? Infinity);
  return least > most || (least === most && (least === above || most === below));
}
