import { type AttributeValue, type Attributes, createAttributes } from '../attribute-value.ts';
import type { DetailPairs, DetailValue } from './answers.ts';

/** Values inside each other that are told; decoders take no more. */
const MAX_DEPTH = 100;

/** Attributes as the API tells them. */
export function detailPairs(attributes: Attributes): DetailPairs {
  return Object.entries(attributes).map(([key, value]) => [key, detailValue(value)] as const);
}

/** A value as the API tells it: as JSON where JSON can say it, or else as an object of one key, like `{ $int: '…' }`. */
function detailValue(value: AttributeValue, depth = 0): DetailValue {
  switch (typeof value) {
    case 'bigint':
      return { $int: String(value) };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $double: Object.is(value, -0) ? '-0' : `${value}` };
    case 'object':
      return value === null || depth === MAX_DEPTH ? null : objectValue(value, depth + 1);
    default:
      return value;
  }
}

function objectValue(value: Exclude<AttributeValue, null> & object, depth: number): DetailValue {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (isList(value)) return value.map((item) => detailValue(item, depth));
  const object = createAttributes() as Record<string, DetailValue>;
  for (const [key, item] of Object.entries(value)) object[key] = detailValue(item, depth);
  return object;
}

const isList: (value: object) => value is readonly AttributeValue[] = Array.isArray;
