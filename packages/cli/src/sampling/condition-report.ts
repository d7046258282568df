// Conditions of a policy in plain English: what a span has, and what was expected.

import type { Condition, Range, RuleSurroundings, ValueTest } from '@clew/sampling/policy';
import { formatDuration } from '@clew/viewer';

import type { RecordedSpan } from './recorded-span.ts';
import { cell } from './words-report.ts';

const KINDS = ['internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'];

/** Says why a condition about a local root does not hold: `status is unset, expected error`. */
export function whyFailed(condition: Condition, span: RecordedSpan, { quantileOf }: RuleSurroundings): string {
  switch (condition.on) {
    case 'anySpan':
      return `no span ${expectedOf(condition)}`;
    case 'links':
      return condition.is ? 'has no links, expected some' : 'has links, expected none';
    case 'slowerThan': {
      const { quantile, per, floor } = condition;
      const took = `duration is ${millis(span.durationMillis)}`;
      if (span.durationMillis <= floor) return `${took}, expected more than the floor of ${millis(floor)}`;
      const usual = quantileOf?.(quantile, per, span.attribute(per), 'root');
      const share = `the quantile ${quantile} of its ${cell(per)}`;
      return usual === undefined
        ? `${took}; too few spans came before to know ${share}`
        : `${took}, expected more than ${millis(usual)}, ${share}`;
    }
    default:
      return `${subjectOf(condition)} is ${actualOf(condition, span)}, expected ${expectedOf(condition)}`;
  }
}

/** Conditions as a phrase: `status error, kind client`. */
export function conditionsText(conditions: readonly Condition[]): string {
  return conditions.map((condition) => `${subjectOf(condition)} ${expectedOf(condition)}`.trim()).join(', ');
}

function subjectOf(condition: Condition): string {
  switch (condition.on) {
    case 'attribute':
      return cell(condition.key);
    case 'resource':
      return cell(`resource.${condition.key}`);
    case 'slowerThan':
      return 'duration';
    case 'anySpan':
      return 'a span';
    default:
      return condition.on;
  }
}

function expectedOf(condition: Condition): string {
  switch (condition.on) {
    case 'kind':
    case 'status':
    case 'name':
      return condition.anyOf.map(cell).join(' or ');
    case 'attribute':
    case 'resource':
      return condition.anyOf.map(valueTestText).join(' or ');
    case 'duration':
      return rangeText(condition.range, millis);
    case 'slowerThan':
      return `above the quantile ${condition.quantile} of its ${cell(condition.per)}`;
    case 'anySpan':
      return `has ${conditionsText(condition.allOf)}`;
    case 'links':
      return condition.is ? 'some' : 'none';
    case 'parent':
      return condition.is;
  }
}

function actualOf(condition: Condition, span: RecordedSpan): string {
  switch (condition.on) {
    case 'name':
      return valueText(span.name);
    case 'kind':
      return KINDS[span.kind] ?? 'unknown';
    case 'status':
      return STATUSES[span.status.code] ?? 'unknown';
    case 'duration':
      return millis(span.durationMillis);
    case 'attribute':
      return valueText(span.attribute(condition.key));
    case 'resource':
      return valueText(span.resource.attributes[condition.key]);
    case 'parent':
      return span.parentSpanId === undefined ? 'none' : span.isParentRemote ? 'remote' : 'local';
    default:
      return '';
  }
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'absent';
  if (typeof value === 'bigint') return String(value);
  return cell(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)));
}

function valueTestText(wanted: ValueTest): string {
  return typeof wanted === 'object' ? rangeText(wanted, String) : cell(String(wanted));
}

function rangeText({ above, atLeast, below, atMost }: Range, textOf: (value: number) => string): string {
  return [
    ...(above === undefined ? [] : [`>${textOf(above)}`]),
    ...(atLeast === undefined ? [] : [`>=${textOf(atLeast)}`]),
    ...(below === undefined ? [] : [`<${textOf(below)}`]),
    ...(atMost === undefined ? [] : [`<=${textOf(atMost)}`]),
  ].join(' ');
}

export const millis = (value: number): string => formatDuration(BigInt(Math.round(value * 1e6)));
