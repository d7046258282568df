import type { FieldPlan, TraceFields } from './field-plan.ts';

/**
 * A copy of what goes into a line, with the fields. What the line has of its own stays; with an id of its own it gets
 * nothing of ours and is returned itself: our span id beside a foreign trace id would name a span of another trace.
 */
export function withFields<Line extends object>(line: Line, fields: TraceFields, { idNames }: FieldPlan): Line {
  if (hasOwnOf(line, idNames)) return line;
  const copy = { ...line };
  for (const name in fields) if (!hasOwnValue(copy, name)) Reflect.set(copy, name, fields[name]);
  return copy;
}

/** Whether the line has a value of its own under one of these names. */
export function hasOwnOf(line: object, names: readonly string[]): boolean {
  for (const name of names) if (hasOwnValue(line, name)) return true;
  return false;
}

/** Tells whether an object is no instance of a class, so that a copy of it is as good. It may be of another realm. */
export function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

function hasOwnValue(line: object, name: string): boolean {
  return Object.hasOwn(line, name) && Reflect.get(line, name) !== undefined;
}
