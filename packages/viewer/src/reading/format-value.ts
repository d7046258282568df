import type { AttributeValue, Attributes } from '../attribute-value.ts';

const MAX_DEPTH = 3;

/** A value on one line: `"text"`, `81`, `[1, 2]`, `{orderId: 81}`. Not printable yet: strings are as they came. */
export function formatValue(value: AttributeValue, depth = 0): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return `<${value.byteLength} bytes>`;
  if (depth === MAX_DEPTH) return '…';
  if (isList(value)) return `[${value.map((item) => formatValue(item, depth + 1)).join(', ')}]`;
  return `{${formatPairs(value, depth + 1)}}`;
}

function formatPairs(attributes: Attributes, depth: number): string {
  return Object.entries(attributes)
    .map(([key, value]) => `${key}: ${formatValue(value, depth)}`)
    .join(', ');
}

const isList: (value: object) => value is readonly AttributeValue[] = Array.isArray;
