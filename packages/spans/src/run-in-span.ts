import { reportFailure } from '@clew/diagnostics';
import { context, type Span } from '@opentelemetry/api';

import { followResult } from './follow-result.ts';
import { endSpan, failSpan, openSpan, unrecordedSpan, type OpenSpan, type SpanPlan } from './open-span.ts';

const NO_ARGUMENTS: readonly unknown[] = [];

/** Does work in a span that ends when the work does. What the work returns and throws comes back as it is. */
export function runInSpan<Result>(plan: SpanPlan, work: (span: Span) => Result): Result {
  const open = openSpan(plan, NO_ARGUMENTS);
  if (open === undefined) return work(unrecordedSpan());
  return follow(open, runOpen(open, work));
}

type Callee = (...args: unknown[]) => unknown;

/**
 * Calls a function in a span that ends when its work does. What it returns and throws comes back as it is. A method that
 * returns its `this` has ended, whatever that object is.
 */
export function applyInSpan(plan: SpanPlan, fn: Callee, self: unknown, args: unknown[]): unknown {
  const open = openSpan(plan, args);
  if (open === undefined) return Reflect.apply(fn, self, args);
  const result = applyOpen(open, fn, self, args);
  if (result !== self) return follow(open, result);
  endSpan(open);
  return result;
}

/** Does work in an open span, which ends when the work does. What the work returns and throws comes back as it is. */
export function runInOpenSpan<Result>(open: OpenSpan, work: () => Result): Result {
  const result = runOpen(open, () => work()); // it may have parameters of its own
  return follow(open, result);
}

/** Constructs an object in a span that ends with the constructor, whatever the object goes on to do. */
export function constructInSpan<Result>(plan: SpanPlan, args: readonly unknown[], construct: () => Result): Result {
  const open = openSpan(plan, args);
  if (open === undefined) return construct();
  const result = runOpen(open, construct);
  endSpan(open);
  return result;
}

function runOpen<Result>(open: OpenSpan, work: (span: Span) => Result): Result {
  try {
    return context.with(open.context, work, undefined, open.span);
  } catch (error) {
    failSpan(open, error);
    throw error;
  }
}

/** Without a function of ours around the call: that would be a frame in its stacks, and an object for each span. */
function applyOpen(open: OpenSpan, fn: Callee, self: unknown, args: unknown[]): unknown {
  try {
    return context.with(open.context, Reflect.apply as Callee, undefined, fn, self, args);
  } catch (error) {
    failSpan(open, error);
    throw error;
  }
}

function follow<Result>(open: OpenSpan, result: Result): Result {
  try {
    return followResult(open, result) as Result;
  } catch (error) {
    reportFailure('following the result of a function', error);
    endSpan(open);
    return result;
  }
}
