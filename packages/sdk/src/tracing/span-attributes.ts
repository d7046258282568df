import type { Attributes } from '@opentelemetry/api';
import { cleanAttributes, cleanSimpleAttributes } from '@opentelemetry/core';

import { isAnyLeftOut, leftOutOf } from '../guarded/usable/left-out.ts';
import { usableAttributes } from '../guarded/usable/usable-attributes.ts';
import { MAX_NAME_LENGTH } from '../guarded/usable/usable-name.ts';

/** Limits of one set of attributes. */
export interface AttributeLimits {
  readonly attributeCountLimit: number;
  readonly attributeValueLengthLimit: number;
}

/** Attributes in an object of our own, with how many were dropped. */
export interface OwnAttributes {
  readonly attributes: Attributes | undefined;
  readonly dropped: number;
}

const NONE: OwnAttributes = { attributes: undefined, dropped: 0 };

/**
 * Copies attributes that the application gave, so that each is read once.
 *
 * @returns `undefined` for what is no object of attributes or cannot be read
 */
export function copyOf(given: unknown): Attributes | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  try {
    if (Array.isArray(given) || ArrayBuffer.isView(given) || Object.hasOwn(given, '__proto__')) return undefined;
    return Object.assign({}, given) as Attributes; // of all ways the fastest for objects of many shapes
  } catch {
    return undefined; // a getter, or a Proxy
  }
}

/** Counts attributes; -1 where one is not plain or beyond a limit: they need a closer look. */
export function countPlain(attributes: Attributes, limits: AttributeLimits): number {
  let count = 0;
  for (const key in attributes) {
    if (++count > limits.attributeCountLimit) return -1;
    if (key.length > MAX_NAME_LENGTH || key === '') return -1;
    if (!isPlainWithin(attributes[key], limits.attributeValueLengthLimit)) return -1;
  }
  return count;
}

/** Tells whether a value is kept as it is, in attributes of every kind. */
export function isPlainWithin(value: unknown, maxTextLength: number): value is string | number | boolean {
  if (typeof value === 'string') return value.length <= maxTextLength;
  return typeof value === 'number' || typeof value === 'boolean';
}

/** The attributes of an event, which are simple ones. */
export function attributesOfEvent(given: unknown, limits: AttributeLimits): OwnAttributes {
  if (given === undefined) return NONE;
  const copy = copyOf(given);
  if (copy !== undefined && countPlain(copy, limits) >= 0) return { attributes: copy, dropped: 0 };
  const usable = usableAttributes(given);
  return withLeftOut(usable, cleanSimpleAttributes(usable, limits));
}

/** The attributes of a link, which the application gave as an object of usable ones. */
export function attributesOfLink(usable: Attributes | undefined, limits: AttributeLimits): OwnAttributes {
  return usable === undefined ? NONE : withLeftOut(usable, cleanAttributes(usable, limits));
}

type Cleaned = ReturnType<typeof cleanAttributes>;

function withLeftOut(usable: Attributes | undefined, cleaned: Cleaned): OwnAttributes {
  const dropped = (cleaned.droppedAttributesCount ?? 0) + (isAnyLeftOut() ? leftOutOf(usable) : 0);
  return { attributes: cleaned.attributes, dropped };
}
