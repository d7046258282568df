// Tail rules, evaluated span by span as these end, so that no span is kept for them. `judgeByRules` says the same of a
// whole group at once.

import { compileConditions } from './compile-conditions.ts';
import {
  apart,
  compileRule,
  judgementOf,
  matchesGroup,
  type CompiledRule,
  type RuleJudgement,
} from './judge-by-rules.ts';
import { isLocalRoot, type JudgedSpan } from './judged-span.ts';
import { STATUS_NAMES, type Condition, type Policy, type TailRule } from './policy.ts';
import { SPAN_FACTS, type RuleSurroundings, type SpanSubject } from './span-facts.ts';

/** Tail rules of a policy, ready to follow traces. */
export interface RuleWatch {
  /** True when a tail rule has a function: then a trace keeps as many spans as `limits` allow, and its local roots. */
  readonly keepsSpans: boolean;
  /** True when only local roots have to be noted. */
  readonly needsRootsOnly: boolean;
  /** Begins a trace. */
  open(): RuleProgress;
  /** Takes a span of the trace that has ended; in the order of their ends. Throws only what `onFailure` throws. */
  note(progress: RuleProgress, span: JudgedSpan): void;
  /**
   * Judges what was noted so far, as `judgeByRules` does; any number of times. Functions are asked each time. Throws only
   * what `onFailure` throws.
   */
  judge(progress: RuleProgress): RuleJudgement | undefined;
  /**
   * Ratio that can be promised for a trace once this span of it has failed, before its local root ends: the greatest of
   * the rules that match by what was noted, or will when the root fails too. Rules that wait for other facts of the root,
   * and functions, do not count.
   *
   * @param span noted already
   * @returns 0 when nothing can be promised: no such rule, one with `drop`, or a span without an error
   */
  ratioOnError(progress: RuleProgress, span: JudgedSpan): number;
}

/**
 * State of the rules for one trace. Its watch alone reads and writes it.
 *
 * ```
 * states:  one byte for each any_span condition, 0, MET or FAILED
 *          one byte for each rule that has such conditions, the bits PASSED and PASSED_UNLESS
 * ```
 */
export interface RuleProgress {
  /** Indexes of the rules without `any_span` that a root has fulfilled, ascending. */
  fulfilled: readonly number[];
  /** `undefined` while all is 0. */
  states: Uint8Array | undefined;
  /** `undefined` unless the watch keeps spans. */
  spans: JudgedSpan[] | undefined;
}

const MET = 1;
const FAILED = 2;

/** A root has fulfilled the conditions about roots, and `unless` does not exempt it. */
const PASSED = 1;
/** A root has fulfilled them, and is exempt when the `any_span` conditions of `unless` are met. */
const PASSED_UNLESS = 2;

const NONE: readonly number[] = [];
const ERROR = STATUS_NAMES.indexOf('error');

/**
 * Compiles the tail rules of a policy. Conditions about roots are asked when a local root is noted, those in `any_span` for
 * each span until one span meets them. What fails counts as not met, by that root or in that trace, and is told when it
 * fails.
 */
export function createRuleWatch(policy: Policy, surroundings: RuleSurroundings): RuleWatch {
  const plan = planOf(policy);
  const { anySpans, ofGroup } = plan;
  const keepsSpans = ofGroup.length > 0;
  const maxSpans = policy.limits.spansPerTrace;
  return {
    keepsSpans,
    needsRootsOnly: !keepsSpans && anySpans.length === 0,
    open: () => ({ fulfilled: NONE, states: undefined, spans: keepsSpans ? [] : undefined }),
    note(progress, span) {
      const isRoot = isLocalRoot(span);
      const { spans } = progress;
      if (spans !== undefined && (spans.length < maxSpans || isRoot)) spans.push(span);
      if (anySpans.length > 0) noteAnySpans(plan, progress, { span, scope: 'any_span', surroundings });
      if (isRoot) noteRoot(plan, progress, { span, scope: 'root', surroundings });
    },
    judge(progress) {
      if (progress.states === undefined && ofGroup.length === 0 && progress.fulfilled.length === 0) return undefined;
      const matching = matchingNow(plan, progress);
      for (const { index, compiled } of ofGroup) {
        if (matchesGroup(compiled, progress.spans ?? [], surroundings)) matching.push(index);
      }
      return judgementOf(matching.sort((a, b) => a - b).map((index) => policy.rules[index] as TailRule));
    },
    ratioOnError(progress, span) {
      return span.status.code === ERROR ? promisedRatio(policy, plan, progress) : 0;
    },
  };
}

interface Plan {
  readonly anySpans: readonly AnySpanCondition[];
  readonly ofRoot: readonly RootRule[];
  /** Those of `ofRoot` that have `any_span` conditions, too. */
  readonly waiting: readonly RootRule[];
  /** Those of `ofRoot` that match as soon as a root fails. */
  readonly presumed: readonly number[];
  /** Rules with functions, which need the whole group. */
  readonly ofGroup: readonly { readonly index: number; readonly compiled: CompiledRule }[];
  /** Length of `states`. */
  readonly length: number;
}

/** An `any_span` condition, once for all the rules that have it. */
interface AnySpanCondition {
  readonly holds: Test;
  readonly rules: TailRule[];
}

interface RootRule {
  readonly index: number;
  readonly rule: TailRule;
  /** The conditions about the root. */
  readonly holds: Test;
  readonly exempts: Test | undefined;
  /** The others, as places in `states`. */
  readonly needed: readonly number[];
  readonly exempting: readonly number[];
  /** Place of the rule itself; -1 when there are no others. */
  readonly place: number;
  /** True when a failed root fulfils the conditions about the root, whatever else it has. */
  readonly isPresumed: boolean;
}

type Test = (subject: SpanSubject) => boolean;

function planOf({ rules }: Policy): Plan {
  const anySpans = new Map<string, AnySpanCondition & { readonly place: number }>();
  const placeOf = (allOf: readonly Condition[], rule: TailRule): number => {
    const text = JSON.stringify(allOf);
    let known = anySpans.get(text);
    if (known === undefined) {
      known = { holds: compileConditions(allOf, SPAN_FACTS), rules: [], place: anySpans.size };
      anySpans.set(text, known);
    }
    if (!known.rules.includes(rule)) known.rules.push(rule);
    return known.place;
  };
  const ofGroup: Plan['ofGroup'][number][] = [];
  const ofRoot: Omit<RootRule, 'place'>[] = [];
  for (const [index, rule] of rules.entries()) {
    const { match, unless } = rule;
    if (typeof match === 'function' || typeof unless === 'function') {
      ofGroup.push({ index, compiled: compileRule(rule) });
      continue;
    }
    const wanted = apart(match);
    const exempt = apart(unless ?? []);
    ofRoot.push({
      index,
      rule,
      holds: compileConditions(wanted.ofRoot, SPAN_FACTS),
      exempts: unless && compileConditions(exempt.ofRoot, SPAN_FACTS),
      needed: wanted.ofAnySpan.map(({ allOf }) => placeOf(allOf, rule)),
      exempting: exempt.ofAnySpan.map(({ allOf }) => placeOf(allOf, rule)),
      isPresumed: wanted.ofRoot.every(isMetByError) && exempt.ofRoot.length === 0,
    });
  }
  let length = anySpans.size;
  const placed = ofRoot.map((each): RootRule => {
    const isWaiting = each.needed.length + each.exempting.length > 0;
    return { ...each, place: isWaiting ? length++ : -1 };
  });
  const waiting = placed.filter(({ place }) => place >= 0);
  const presumed = placed.filter(({ place, isPresumed }) => place < 0 && isPresumed).map(({ index }) => index);
  return { anySpans: [...anySpans.values()], ofRoot: placed, waiting, presumed, ofGroup, length };
}

const isMetByError = (condition: Condition): boolean => condition.on === 'status' && condition.anyOf.includes('error');

function noteAnySpans({ anySpans, length }: Plan, progress: RuleProgress, subject: SpanSubject): void {
  for (let place = 0; place < anySpans.length; place++) {
    if (progress.states !== undefined && progress.states[place] !== 0) continue;
    const { holds, rules } = anySpans[place] as AnySpanCondition;
    try {
      if (holds(subject)) mark(progress, length, place, MET);
    } catch (error) {
      mark(progress, length, place, FAILED);
      for (const rule of rules) subject.surroundings.onFailure?.(rule, error);
    }
  }
}

function mark(progress: RuleProgress, length: number, place: number, bit: number): void {
  progress.states ??= new Uint8Array(length);
  progress.states[place] = (progress.states[place] ?? 0) | bit;
}

function noteRoot({ ofRoot, length }: Plan, progress: RuleProgress, subject: SpanSubject): void {
  const before = progress.fulfilled;
  let after: number[] | undefined;
  let at = 0;
  for (const each of ofRoot) {
    const { index, place } = each;
    if (index === before[at]) {
      at += 1;
      after?.push(index);
    } else if (place < 0) {
      if (passedBy(each, subject) !== 0) (after ??= before.slice(0, at)).push(index);
    } else if (((progress.states?.[place] ?? 0) & PASSED) === 0) {
      const passed = passedBy(each, subject);
      if (passed !== 0) mark(progress, length, place, passed);
    }
  }
  if (after !== undefined) progress.fulfilled = after;
}

function passedBy({ rule, holds, exempts, exempting }: RootRule, subject: SpanSubject): number {
  try {
    if (!holds(subject)) return 0;
    if (exempts === undefined || !exempts(subject)) return PASSED;
    return exempting.length > 0 ? PASSED_UNLESS : 0;
  } catch (error) {
    subject.surroundings.onFailure?.(rule, error);
    return 0;
  }
}

/** Rules that match, without those that have functions. */
function matchingNow({ waiting }: Plan, { fulfilled, states }: RuleProgress): number[] {
  const matching = [...fulfilled];
  if (states === undefined) return matching;
  for (const each of waiting) if (isMet(each, states, states[each.place] ?? 0)) matching.push(each.index);
  return matching;
}

function isMet({ needed, exempting }: RootRule, states: Uint8Array, passed: number): boolean {
  if (passed === 0) return false;
  for (const place of needed) if (states[place] !== MET) return false;
  return (passed & PASSED) !== 0 || !isExempt(exempting, states);
}

/** A condition that failed exempts, too, unless one before it is not met. */
function isExempt(exempting: readonly number[], states: Uint8Array): boolean {
  for (const place of exempting) {
    const state = states[place] ?? 0;
    if (state !== MET) return state === FAILED;
  }
  return true;
}

const UNMARKED = new Uint8Array(0); // reads as undefined everywhere

function promisedRatio({ rules }: Policy, { waiting, presumed }: Plan, progress: RuleProgress): number {
  const { fulfilled, states = UNMARKED } = progress;
  let ratio = 0;
  const isDropped = (index: number): boolean => {
    const rule = rules[index] as TailRule;
    ratio = Math.max(ratio, rule.ratio);
    return rule.drop;
  };
  if (fulfilled.some(isDropped) || presumed.some(isDropped)) return 0;
  for (const each of waiting) {
    const passed =
      (states[each.place] ?? 0) | (each.isPresumed ? (each.exempting.length > 0 ? PASSED_UNLESS : PASSED) : 0);
    if (isMet(each, states, passed) && isDropped(each.index)) return 0;
  }
  return ratio;
}
