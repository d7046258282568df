import { types } from 'node:util';

import type { FieldPlan, TraceFields } from './field-plan.ts';
import { hasOwnOf, withFields } from './with-fields.ts';

/**
 * An object that stands for an error in one line and has the fields, which are nobody's business on the error itself. It
 * inherits from the error, so that it is one, with its message and stack. What may reach for private state, which no
 * other object has, methods and accessors, runs on the error.
 */
export function errorWithFields<E extends object>(error: E, fields: TraceFields, plan: FieldPlan): E {
  if (hasOwnOf(error, plan.idNames)) return error;
  const own = withFields({ ...error }, fields, plan);
  return Object.create(error, { ...membersOf(error), ...Object.getOwnPropertyDescriptors(own) }) as E;
}

/** Also one of another realm, as in Jest. */
export function isError(value: object): boolean {
  return value instanceof Error || types.isNativeError(value);
}

/** Methods and accessors of an error and its classes, bound to it. */
function membersOf(error: object): PropertyDescriptorMap {
  const members: PropertyDescriptorMap = {};
  for (let each: object | null = error; each !== null && !isRoot(each); each = Object.getPrototypeOf(each) as object) {
    for (const key of Reflect.ownKeys(each)) {
      if (key === 'constructor' || Object.hasOwn(members, key)) continue;
      const { value, get } = Object.getOwnPropertyDescriptor(each, key) as PropertyDescriptor;
      if (get !== undefined) members[key as string] = { configurable: true, get: () => Reflect.get(error, key) };
      else if (typeof value === 'function') members[key as string] = { ...HIDDEN, value: value.bind(error) };
    }
  }
  return members;
}

const HIDDEN = { configurable: true, writable: true } as const;

/** The prototype of all objects, of whichever realm. */
function isRoot(object: object): boolean {
  return Object.hasOwn(object, 'isPrototypeOf');
}
