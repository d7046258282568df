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

/** Whether an object is no instance of a class, so that a copy of it is as good. */
export function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null;
}

function hasOwnValue(line: object, name: string): boolean {
  return Object.hasOwn(line, name) && Reflect.get(line, name) !== undefined;
}
